package dev.userservice.docs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.userservice.access.ApiCall;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.ClientModel;

/** Serves the OpenAPI document, which is generated at build time, with this tenant's address in it. */
@Tag(name = "Documents")
public final class DocsResource {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final ObjectNode DOCUMENT = read();

    private final ApiCall call;

    public DocsResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("openapi.json")
    @Produces("application/json")
    @Operation(operationId = "getOpenApiJson", summary = "This document, as JSON")
    @APIResponseSchema(value = Object.class, responseDescription = "The document")
    public Response json() throws IOException {
        return Response.ok(JSON.writeValueAsString(document())).build();
    }

    @GET
    @Path("openapi.yaml")
    @Produces("application/yaml")
    @Operation(operationId = "getOpenApiYaml", summary = "This document, as YAML")
    @APIResponseSchema(value = String.class, responseDescription = "The document")
    public Response yaml() throws IOException {
        return Response.ok(YAML.writeValueAsString(document())).build();
    }

    private static ObjectNode read() {
        try (InputStream resource = DocsResource.class.getResourceAsStream("/META-INF/user-service/openapi.json")) {
            return (ObjectNode) JSON.readTree(resource);
        } catch (IOException e) {
            throw new UncheckedIOException("The jar lacks its OpenAPI document", e);
        }
    }

    private ObjectNode document() {
        ObjectNode document = DOCUMENT.deepCopy();
        document.putArray("servers")
                .addObject()
                .put("url", call.base().build().toString())
                .put("description", call.realm().getName());
        ObjectNode scheme = document.withObject("/components/securitySchemes/oidc");
        ObjectNode flow = scheme.withObject("/flows/authorizationCode");
        flow.put("authorizationUrl", call.oidcEndpoint("auth").toString());
        flow.put("tokenUrl", call.oidcEndpoint("token").toString());
        flow.put("refreshUrl", call.oidcEndpoint("token").toString());
        publicClient().ifPresent(client -> scheme.put("x-client-id", client));
        return document;
    }

    /** Returns the client_id of the public client with which a reader of the document can log in. */
    private Optional<String> publicClient() {
        String clientId = call.settings().of(call.realm(), Settings.APIDOCS_CLIENT);
        return Optional.ofNullable(call.realm().getClientByClientId(clientId))
                .filter(client -> client.isEnabled() && client.isPublicClient())
                .map(ClientModel::getClientId);
    }
}
