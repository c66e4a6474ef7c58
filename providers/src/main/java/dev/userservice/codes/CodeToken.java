package dev.userservice.codes;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.keycloak.authentication.actiontoken.DefaultActionToken;

/**
 * The action token in a mailed link to a page of Keycloak's. It carries the code and proves nothing by itself: the code is
 * what is redeemed, once.
 */
public final class CodeToken extends DefaultActionToken {
    private static final long serialVersionUID = 1L;

    @JsonProperty("code")
    private String code;

    /** The client that the page leads back to; not the token's own, which Keycloak demands to be there and enabled. */
    @JsonProperty("client")
    private String client;

    /** For Jackson. */
    CodeToken() {}

    /**
     * @param type the id of the handler
     * @param clientId the client that the page leads back to; null for none
     */
    CodeToken(String type, String userId, long expiresAtMillis, String code, String clientId) {
        super(userId, type, Math.toIntExact(expiresAtMillis / 1000), null);
        this.code = code;
        this.client = clientId;
    }

    public String code() {
        return code;
    }

    /** Null for none. */
    public String client() {
        return client;
    }
}
