package dev.userservice.keycloak;

import jakarta.ws.rs.core.AbstractMultivaluedMap;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.keycloak.http.FormPartValue;
import org.keycloak.http.HttpRequest;

/**
 * The request that Keycloak's own OIDC endpoints see when they run in process: a form from this extension, posted as if
 * from where the real request came from.
 */
public final class FormRequest implements HttpRequest {
    private final HttpRequest original;
    private final MultivaluedMap<String, String> form;
    private final HttpHeaders headers;

    public FormRequest(HttpRequest original, Map<String, String> form) {
        this.original = original;
        this.form = new MultivaluedHashMap<>(form);
        this.headers = new FormHeaders(original.getHttpHeaders());
    }

    @Override
    public String getHttpMethod() {
        return "POST";
    }

    @Override
    public MultivaluedMap<String, String> getDecodedFormParameters() {
        return form;
    }

    @Override
    public MultivaluedMap<String, FormPartValue> getMultiPartFormParameters() {
        return new MultivaluedHashMap<>();
    }

    @Override
    public HttpHeaders getHttpHeaders() {
        return headers;
    }

    @Override
    public X509Certificate[] getClientCertificateChain() {
        return original.getClientCertificateChain();
    }

    @Override
    public UriInfo getUri() {
        return original.getUri();
    }

    @Override
    public boolean isProxyTrusted() {
        return original.isProxyTrusted();
    }

    /**
     * The original's headers, without those that the inner endpoint must not see: the client authenticates in the form,
     * not with Authorization, and not with DPoP, which this API does not support; the cross-origin rules have been
     * applied already, so there is no Origin. The content is a form.
     */
    private static final class FormHeaders implements HttpHeaders {
        private final HttpHeaders original;
        private final MultivaluedMap<String, String> headers;

        FormHeaders(HttpHeaders original) {
            this.original = original;
            // The names of headers are case-insensitive (RFC 9110, section 5.1).
            this.headers = new AbstractMultivaluedMap<>(new TreeMap<>(String.CASE_INSENSITIVE_ORDER)) {};
            headers.putAll(original.getRequestHeaders());
            headers.remove(AUTHORIZATION);
            headers.remove("DPoP");
            headers.remove("Origin");
            headers.remove(CONTENT_LENGTH);
            // This does not use putSingle, which would change the original's lists.
            headers.put(CONTENT_TYPE, List.of(MediaType.APPLICATION_FORM_URLENCODED));
        }

        @Override
        public MultivaluedMap<String, String> getRequestHeaders() {
            return headers;
        }

        @Override
        public List<String> getRequestHeader(String name) {
            return headers.getOrDefault(name, List.of());
        }

        @Override
        public String getHeaderString(String name) {
            return headers.containsKey(name) ? String.join(",", headers.get(name)) : null;
        }

        @Override
        public MediaType getMediaType() {
            return MediaType.APPLICATION_FORM_URLENCODED_TYPE;
        }

        @Override
        public int getLength() {
            return -1;
        }

        @Override
        public List<MediaType> getAcceptableMediaTypes() {
            return List.of(MediaType.APPLICATION_JSON_TYPE);
        }

        @Override
        public List<Locale> getAcceptableLanguages() {
            return original.getAcceptableLanguages();
        }

        @Override
        public Locale getLanguage() {
            return original.getLanguage();
        }

        @Override
        public Map<String, Cookie> getCookies() {
            return original.getCookies();
        }

        @Override
        public Date getDate() {
            return original.getDate();
        }
    }
}
