/** The door of the API: the realm resource provider, and the table of routes. */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "keycloak-user-service",
                        version = "1",
                        description =
                                "The user service of a tenant (a Keycloak realm). Errors are RFC 9457 problem details.",
                        license = @License(name = "MIT")))
package dev.userservice.api;

import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
