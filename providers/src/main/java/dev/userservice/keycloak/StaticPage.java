package dev.userservice.keycloak;

import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.Variant;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.keycloak.crypto.JavaAlgorithm;
import org.keycloak.headers.SecurityHeadersProvider;
import org.keycloak.jose.jws.crypto.HashUtils;
import org.keycloak.models.BrowserSecurityHeaders;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * A web page of this extension: a folder in the jar with the page and everything that it loads. The page is the same
 * for everybody, contains no script or data from a request, and has all its styles in style sheets; its Content
 * Security Policy (level 3) lets the browser load from this server alone.
 */
public final class StaticPage {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "png", "image/png",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8");

    private static final String GZIP = "gzip";
    private static final List<Variant> CODINGS = List.of(coding("identity"), coding(GZIP));

    /** The name of the page itself among its files. */
    public static final String INDEX = "index.html";

    private final String folder;
    private final String[] names;

    /** All files of the page, read at the first request; null until then. */
    private volatile Map<String, File> files;

    /** A file in one content coding. */
    private static final class Coded {
        private final byte[] content;
        private final EntityTag tag;

        private Coded(byte[] content) {
            this.content = content;
            this.tag = new EntityTag(HexFormat.of().formatHex(HashUtils.hash(JavaAlgorithm.SHA256, content), 0, 16));
        }
    }

    /** A file, compressed once and not for each request: the largest has 1.7 MB, and anybody may request it. */
    private record File(String type, Coded plain, Coded packed) {
        static File of(String type, byte[] content) throws IOException {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (OutputStream gzip = new GZIPOutputStream(packed)) {
                gzip.write(content);
            }
            return new File(type, new Coded(content), new Coded(packed.toByteArray()));
        }
    }

    /**
     * Declares a page.
     *
     * @param folder the folder below the API's base and below {@code META-INF/user-service}
     * @param names the names of its files
     */
    public StaticPage(String folder, String... names) {
        this.folder = folder;
        this.names = names;
    }

    /**
     * Returns the page or, for a request without the trailing slash, a redirect to the address with it, below which the
     * files are.
     *
     * @param name {@link #INDEX}, or another of the files in place of the page
     * @param base the address below which the page's folder is, as the browser sees it
     */
    public Response index(String name, KeycloakSession session, UriBuilder base, Request request) {
        return session.getContext().getUri().getPath().endsWith("/")
                ? file(name, session, request)
                : Response.temporaryRedirect(base.path(folder + "/")
                                .replaceQuery(session.getContext()
                                        .getUri()
                                        .getRequestUri()
                                        .getRawQuery())
                                .build())
                        .build();
    }

    /**
     * Returns a file, compressed if the browser accepts that (RFC 9110, section 12.5.3), or the response that the
     * browser's copy is still valid (section 13).
     *
     * @throws ApiProblem 404 if the page has no such file
     */
    public Response file(String name, KeycloakSession session, Request request) {
        File file = files().get(name);
        if (file == null) {
            throw ApiProblem.notFound("There is nothing at this path");
        }
        Variant coding = request.selectVariant(CODINGS);
        boolean isPacked = coding != null && GZIP.equals(coding.getEncoding());
        Coded coded = isPacked ? file.packed() : file.plain();
        Response.ResponseBuilder answer = request.evaluatePreconditions(coded.tag);
        if (answer == null) {
            answer = Response.ok(coded.content).header(HttpHeaders.CONTENT_TYPE, file.type());
            if (isPacked) {
                answer.header(HttpHeaders.CONTENT_ENCODING, GZIP);
            }
        }
        answer.tag(coded.tag)
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        headers(session).forEach(answer::header);
        return answer.build();
    }

    private static Variant coding(String name) {
        return new Variant(null, (Locale) null, name);
    }

    /**
     * Returns the headers that replace Keycloak's security headers, which a realm can set and which are made for
     * Keycloak's own pages.
     */
    private Map<String, String> headers(KeycloakSession session) {
        session.getProvider(SecurityHeadersProvider.class).options().skipHeaders();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Security-Policy", POLICY);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("X-Frame-Options", "DENY");
        headers.put("X-Robots-Tag", "none");
        headers.put("Referrer-Policy", "no-referrer");
        String transport = transportSecurity(session.getContext().getRealm());
        if (!transport.isEmpty()) {
            headers.put(BrowserSecurityHeaders.STRICT_TRANSPORT_SECURITY.getHeaderName(), transport);
        }
        return headers;
    }

    private static String transportSecurity(RealmModel realm) {
        BrowserSecurityHeaders header = BrowserSecurityHeaders.STRICT_TRANSPORT_SECURITY;
        return realm.getBrowserSecurityHeaders().getOrDefault(header.getKey(), header.getDefaultValue());
    }

    private Map<String, File> files() {
        if (files == null) {
            files = Stream.of(names).collect(Collectors.toUnmodifiableMap(Function.identity(), this::read));
        }
        return files;
    }

    private File read(String name) {
        String resource = "/META-INF/user-service/" + folder + "/" + name;
        try (InputStream stream = StaticPage.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("The jar lacks " + resource);
            }
            return File.of(TYPES.get(name.substring(name.lastIndexOf('.') + 1)), stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + resource, e);
        }
    }
}
