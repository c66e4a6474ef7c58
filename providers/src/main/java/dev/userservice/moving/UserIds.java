package dev.userservice.moving;

import dev.userservice.web.FieldErrors;
import java.util.Set;
import java.util.regex.Pattern;

/** The ids that a line may give to a user. */
final class UserIds {
    /** Ids are part of paths, and a colon marks those of user federations. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,35}");

    /** The words that stand in place of an id in paths: of this API, and of Keycloak's own for administrators. */
    static final Set<String> RESERVED = Set.of(
            "activation",
            "auth",
            "count",
            "export",
            "health",
            "id",
            "identifier",
            "import",
            "invitations",
            "me",
            "mfa",
            "password",
            "profile");

    private UserIds() {}

    /** Adds what is wrong with an id, unless it is null. */
    static void check(String id, FieldErrors errors) {
        if (id == null) {
            return;
        }
        if (RESERVED.contains(id)) {
            errors.add("id", "This id is reserved: it is a word in paths of the API");
        } else if (!FORM.matcher(id).matches()) {
            errors.addUnlessKnown(
                    "id", "This cannot be an id here: up to 36 letters, digits, and . _ - but at the beginning");
        }
    }
}
