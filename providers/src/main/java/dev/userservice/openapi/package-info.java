/**
 * Generates the OpenAPI document while the jar is built, from the resources and the table of routes. Nothing of this
 * package is in the jar: the server reads only the document.
 */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "keycloak-user-service",
                        // Semantic versioning: a change that breaks clients raises the first number, an addition the
                        // second.
                        version = "2.1.0",
                        description = """
                                The user service of a tenant (a Keycloak realm).

                                * Bodies are JSON in UTF-8, in snake_case; times are ISO 8601 in UTC; ids are Keycloak's.
                                * Tokens are Keycloak's own JWTs: verify them with the realm's JWKS. An application that can open a browser logs in by OpenID Connect; `POST /login` is for those that cannot.
                                * Every error is RFC 9457 problem details (`application/problem+json`); `errors` says what is wrong field by field.
                                * A limited route says in `RateLimit` what is left, and in a 429's `Retry-After` how many seconds to wait.
                                * Lists are paged by `limit` and `offset`, and to any depth at the same cost by `cursor`.
                                * Every answer has an `X-Request-ID`, which the server's log has too.
                                """,
                        contact = @Contact(name = "The maintainers of keycloak-user-service"),
                        license = @License(name = "MIT", url = "https://opensource.org/license/mit")),
        tags = {
            @Tag(name = "Account", description = "Registration, login, sessions, activation, passwords"),
            @Tag(name = "Users", description = "A tenant's users: one's own account, and those that an admin manages"),
            @Tag(
                    name = "Invitations",
                    description = "People who are invited, and choose their password by a mailed link"),
            @Tag(name = "MFA", description = "One-time codes as a second factor"),
            @Tag(name = "Activity", description = "What was done, when, by whom and from where"),
            @Tag(name = "System", description = "Health, and the figures of tenants"),
            @Tag(name = "Documents", description = "This document")
        })
package dev.userservice.openapi;

import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.info.Contact;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
