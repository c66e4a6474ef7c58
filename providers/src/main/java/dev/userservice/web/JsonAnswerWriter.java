package dev.userservice.web;

import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/**
 * Writes response bodies with the mapper that reads request bodies, independently of what Keycloak's own mapper leaves
 * out or renames.
 */
@Provider
@Produces(MediaType.APPLICATION_JSON)
public final class JsonAnswerWriter implements MessageBodyWriter<JsonAnswer> {
    @Override
    public boolean isWriteable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return JsonAnswer.class.isAssignableFrom(type);
    }

    @Override
    public void writeTo(
            JsonAnswer answer,
            Class<?> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out)
            throws IOException {
        StrictJson.write(answer, out);
    }
}
