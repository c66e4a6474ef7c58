package dev.userservice.web;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Locale;

/**
 * Reads request bodies with {@link StrictJson}; Keycloak's own reader is less strict than the API's contract. Texts that
 * are longer than the record of the request declares are rejected here, so that nothing reads or stores them.
 */
@Provider
@Consumes(MediaType.APPLICATION_JSON)
public final class JsonRequestReader implements MessageBodyReader<JsonRequest> {
    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return JsonRequest.class.isAssignableFrom(type);
    }

    @Override
    public JsonRequest readFrom(
            Class<JsonRequest> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body) {
        JsonRequest request = StrictJson.read(body, type);
        if (request != null && isWithoutType(headers)) {
            // What comes before the routes has not looked at a body that no type declares. Only HTTP/2 lets it get
            // here.
            throw ApiProblem.unsupportedMediaType(MediaType.APPLICATION_JSON);
        }
        if (request != null) {
            FieldErrors.ofLongTexts(request).throwIfAny();
        }
        return request;
    }

    private static boolean isWithoutType(MultivaluedMap<String, String> headers) {
        return headers.keySet().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .noneMatch("content-type"::equals);
    }
}
