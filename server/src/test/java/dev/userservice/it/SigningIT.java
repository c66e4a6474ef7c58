package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that the native library signs tokens, and that everybody can check them by the realm's published keys. */
@ExtendWith(ServerExtension.class)
final class SigningIT {
    private static final String LIBRARY = "user_service_signing_library";

    @Test
    void tokensAreSignedByTheLibraryAndRightByThePublishedKeys(TestServer server) throws Exception {
        assumeTrue(server.node() != null, "the server's log is out of reach");
        assumeTrue("amd64".equals(System.getProperty("os.arch")), "the jar's library is for Linux on x86-64");
        assertEquals(
                Map.of(LIBRARY + "{library=\"corretto\"}", 1.0, LIBRARY + "{library=\"java\"}", 0.0),
                Scrape.of(server).only(series -> series.startsWith(LIBRARY)).values());
        assertEquals(
                1,
                server.node()
                        .log()
                        .lines()
                        .filter(line -> line.contains("Tokens are signed by Amazon Corretto Crypto Provider"))
                        .count());

        Tenant tenant = Tenant.on(server);
        tenant.addUser("alice");
        Tenant.Session session = tenant.session("alice");
        String renewed = tenant.refresh(session.refresh()).path("access_token");
        for (String token : List.of(session.access(), renewed)) {
            String[] parts = token.split("\\.", -1);
            JsonPath header = new JsonPath(new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8));
            assertEquals("RS256", header.getString("alg"));
            Signature check = Signature.getInstance("SHA256withRSA");
            check.initVerify(key(tenant, header.getString("kid")));
            check.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            assertTrue(check.verify(Base64.getUrlDecoder().decode(parts[2])));
        }
    }

    /** Returns the key of a realm's JSON Web Key Set (RFC 7517). */
    private static PublicKey key(Tenant tenant, String id) throws Exception {
        Map<String, String> key = RestAssured.get(
                        tenant.server().base() + "/realms/" + tenant.name() + "/protocol/openid-connect/certs")
                .jsonPath()
                .getMap("keys.find { it.kid == '" + id + "' }");
        return KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(number(key.get("n")), number(key.get("e"))));
    }

    private static BigInteger number(String base64) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(base64));
    }
}
