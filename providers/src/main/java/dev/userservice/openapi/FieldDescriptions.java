package dev.userservice.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/**
 * The meanings and examples of the API's fields by their names: a name means the same wherever it occurs, and a
 * description on the field itself takes precedence.
 */
final class FieldDescriptions {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String USER_ID = "\"cff89834-24d4-4ece-967e-82cd06ba352f\"";

    private static final Map<String, Word> WORDS = Map.ofEntries(
            word("access_token", "A JWT of the realm", "\"eyJhbGciOiJSUzI1NiJ9.…\""),
            word("action", "What was done", "\"login\""),
            word("active", "How many are enabled, with no activation pending", "118"),
            word("actor", "By whom", "{\"id\": " + USER_ID + ", \"kind\": \"user\"}"),
            word("algorithm", "Of the one-time codes: SHA1, SHA256 or SHA512", "\"SHA1\""),
            word("attributes", "Other attributes of the tenant's user profile", "{\"phone\": \"+41 44 000 00 00\"}"),
            word("by_tenant", "The same, tenant by tenant", "[]"),
            word("client_id", "The client_id of the OAuth client", "\"app\""),
            word("code", "The code", "\"RX02-5MJ6-0K3Q-8T1V-ZD4N-7W9P-HC2B\""),
            word("created_at", "When it came to be", "\"2026-11-21T20:54:34.123Z\""),
            word("current_password", "The password until now", "\"Demo-user-1!\""),
            word("date", "A day of UTC", "\"2026-11-21\""),
            word("database", "Whether the database answers", "\"ok\""),
            word("details", "What else is known of it", "{\"client_id\": \"app\"}"),
            word("detail", "What is wrong, for people", "\"User not found\""),
            word("digits", "The length of a one-time code", "6"),
            word("email", "The e-mail address", "\"jane@example.com\""),
            word("errors", "What is wrong, field by field", "{\"email\": [\"This must be an e-mail address\"]}"),
            word("expires_in", "Seconds that the access token lives", "300"),
            word("failures", "How many logins failed", "1"),
            word("first_name", "The first name", "\"Jane\""),
            word("full_name", "First and last name", "\"Jane Doe\""),
            word("gender", "One of those that the tenant's user profile knows", "\"Female\""),
            word("groups", "The paths of groups", "[\"/staff\"]"),
            word("id", "The id", USER_ID),
            word("id_token", "An ID token of OpenID Connect", "\"eyJhbGciOiJSUzI1NiJ9.…\""),
            word("identifier", "Username or e-mail address", "\"jane@example.com\""),
            word("ip_address", "From which address, of IPv4 or IPv6", "\"203.0.113.7\""),
            word("is_active", "Enabled, and no activation pending", "true"),
            word("is_email_verified", "Whether the e-mail address was proved", "true"),
            word("kind", "What sort of actor it is", "\"user\""),
            word("last_login", "The last successful login by any means", "\"2026-11-21T20:54:34.123Z\""),
            word("last_name", "The last name; people without one are people", "\"Doe\""),
            word("limit", "How many on a page", "10"),
            word("logins", "How many logins succeeded", "3"),
            word("logins_24h", "Successful logins of the last 24 hours", "42"),
            word("mail", "Whether the realm has a mail server at all", "\"ok\""),
            word("max_age", "The age that the login may have, in seconds; it is older (RFC 9470)", "600"),
            word("message", "The outcome, for people", "\"Done\""),
            word("mfa_required", "Whether a one-time code is needed", "true"),
            word("mfa_enabled", "Whether a login needs a one-time code", "false"),
            word("never_logged_in", "Whether there was no login yet", "true"),
            word("new_password", "The new password, by the tenant's policy", "\"Another-word-2!\""),
            word("next_cursor", "Where the next page begins", "\"eyJzb3J0IjoidXNlcm5hbWUi\""),
            word("password", "The password, by the tenant's policy", "\"Secret-word-1!\""),
            word("password_confirmation", "The same password once more", "\"Secret-word-1!\""),
            word("password_format", "The system that made the hash", "\"werkzeug\""),
            word(
                    "password_hash",
                    "The password's hash, as the other system stores it",
                    "\"pbkdf2:sha256:600000$Fq3ZkT0b9XcWm1Ue$824f4d042c370daa7b89514737de3bd6391d84563015e139cb5422a25fd01e77\""),
            word("password_params", "What else the other system keeps apart", "{\"iterations\": 600000}"),
            word("password_pepper", "The key of the secret in Keycloak's vault that the hash needs", "\"flask\""),
            word("password_salt", "Its salt, where the other system keeps it apart", "\"Fq3ZkT0b9XcWm1Ue\""),
            word("pending_email", "A new e-mail address that waits for its proof", "\"jane@new.example\""),
            word("period", "Seconds that a one-time code is valid", "30"),
            word("preferences", "A JSON object of the application's own, of at most 8 KiB", "{\"theme\": \"dark\"}"),
            word(
                    "provisioning_uri",
                    "The otpauth URI that authenticator apps read",
                    "\"otpauth://totp/Demo:jane?secret=GZ2FQ…\""),
            word("qr_code_base64", "A PNG, in Base64", "\"iVBORw0KGgo…\""),
            word("recent_activities", "What was done last", "[]"),
            word("refresh_expires_in", "Seconds that the refresh token lives", "7200"),
            word("refresh_token", "A token that is exchanged once for new ones", "\"eyJhbGciOiJIUzUxMiJ9.…\""),
            word("required_actions", "What has to be done in the browser first", "[\"UPDATE_PASSWORD\"]"),
            word("role", "user, admin or vendor", "\"user\""),
            word("scope", "OIDC scopes, with spaces between them", "\"openid profile email\""),
            word("secret", "A secret of an authenticator app, in Base32", "\"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\""),
            word("self_deletion", "false: the tenant does not let people delete themselves", "false"),
            word("session", "The session's id", "\"aSxwtXgs9ymNw7GqkLSw2qNr\""),
            word("session_id", "The session in which it was done", "\"aSxwtXgs9ymNw7GqkLSw2qNr\""),
            word("session_state", "The session's id", "\"aSxwtXgs9ymNw7GqkLSw2qNr\""),
            word("sort", "In which order; - turns it round", "\"-created_at\""),
            word("status", "The state of the whole", "\"ok\""),
            word("tenant", "The realm's name", "\"demo\""),
            word("tenant_name", "The realm's name, if anything", "\"demo\""),
            word("tenants", "How many tenants there are", "3"),
            word("title", "The status in words", "\"Not Found\""),
            word("token", "The code of the mail", "\"RX02-5MJ6-0K3Q-8T1V-ZD4N-7W9P-HC2B\""),
            word("token_type", "How the access token is sent (RFC 6750)", "\"Bearer\""),
            word("total", "How many there are", "123"),
            word("total_is_exact", "Whether there are no more than total; where total is", "true"),
            word("totp", "A current one-time code", "\"123456\""),
            word("type", "The kind of problem; about:blank where the status says it", "\"about:blank\""),
            word("user_agent", "The program that asked, as it calls itself", "\"Mozilla/5.0\""),
            word("user_id", "The user's id", USER_ID),
            word("user_service", "Whether the service answers", "\"ok\""),
            word("username", "The name that a user logs in by", "\"jane\""),
            word("users", "The users", "[]"),
            word("verified", "How many have proved their e-mail address", "117"));

    /**
     * The fields in the example of each request. For a request that can be made in several ways, these are the fields
     * of one way.
     */
    private static final Map<String, List<String>> REQUESTS = Map.ofEntries(
            Map.entry("AcceptInvitationRequest", List.of("token", "password", "password_confirmation")),
            Map.entry("ActivationRequest", List.of("code")),
            Map.entry("AuthCheckRequest", List.of("identifier", "password")),
            Map.entry("ChangePasswordRequest", List.of("current_password", "new_password")),
            Map.entry(
                    "CreateUserRequest",
                    List.of("username", "first_name", "last_name", "email", "password", "password_confirmation")),
            Map.entry("ForgotPasswordRequest", List.of("email")),
            Map.entry("IdentifierRequest", List.of("identifier")),
            Map.entry("InvitationRequest", List.of("email", "first_name", "last_name", "role", "client_id")),
            Map.entry("LoginRequest", List.of("email", "password")),
            Map.entry("MfaRequest", List.of("totp")),
            Map.entry("NewPasswordRequest", List.of("password", "password_confirmation")),
            Map.entry("PendingEmailRequest", List.of("code")),
            Map.entry("ProofRequest", List.of("current_password")),
            Map.entry("RefreshRequest", List.of("refresh_token")),
            Map.entry("RegisterRequest", List.of("email", "password", "full_name")),
            Map.entry("ResetPasswordRequest", List.of("token", "new_password", "password_confirmation")),
            Map.entry("UpdateOwnUserRequest", List.of("first_name", "last_name", "preferences")),
            Map.entry("UpdateUserRequest", List.of("is_active", "role")),
            Map.entry("UserIdRequest", List.of("user_id")),
            Map.entry("UserLine", List.of("id", "email", "first_name", "last_name", "role", "password_hash")),
            Map.entry("VerifyEmailRequest", List.of("token")),
            Map.entry("VerifyMfaRequest", List.of("code")));

    private FieldDescriptions() {}

    private record Word(String description, Object example) {}

    /** Sets a description and an example on each field of a schema, and an example on a request. */
    static void describe(String name, Schema schema) {
        if (schema.getProperties() == null) {
            return;
        }
        schema.getProperties().forEach((field, property) -> describeField(field, property));
        if (REQUESTS.containsKey(name)) {
            Map<String, Object> example = new LinkedHashMap<>();
            REQUESTS.get(name)
                    .forEach(field -> example.put(
                            field,
                            schema.getProperties().get(field).getExamples().get(0)));
            schema.examples(List.of(example));
        }
    }

    private static void describeField(String field, Schema property) {
        if (property.getProperties() != null) {
            property.getProperties().forEach(FieldDescriptions::describeField);
        }
        Word word = WORDS.get(field);
        if (word == null || property.getRef() != null) {
            return;
        }
        if (property.getDescription() == null) {
            property.description(word.description());
        }
        boolean hasOwn =
                property.getExamples() != null && !property.getExamples().isEmpty();
        boolean isListOfSchemas =
                property.getItems() != null && property.getItems().getRef() != null;
        if (!hasOwn && !isListOfSchemas) {
            property.examples(List.of(word.example()));
        }
    }

    /**
     * Sets the same on a parameter. An optional one gets no example, since pages on which the API can be tried would
     * send it.
     */
    static void describe(Parameter parameter) {
        Word word = WORDS.get(parameter.getName());
        if (word == null) {
            return;
        }
        if (parameter.getDescription() == null) {
            parameter.description(word.description());
        }
        if (Boolean.TRUE.equals(parameter.getRequired()) && parameter.getExample() == null) {
            parameter.example(word.example());
        }
    }

    private static Map.Entry<String, Word> word(String name, String description, String example) {
        try {
            JsonNode json = JSON.readTree(example);
            return Map.entry(name, new Word(description, JSON.treeToValue(json, Object.class)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
