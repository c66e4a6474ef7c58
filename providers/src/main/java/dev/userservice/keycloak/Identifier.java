package dev.userservice.keycloak;

import dev.userservice.web.LowerCase;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * The text that somebody typed to identify a user. Blanks around it are ignored, as on Keycloak's pages.
 *
 * @param by the kind of name that the text may be
 * @param text the text without blanks around it
 */
public record Identifier(By by, String text) {
    /** The kind of name that a text may be. */
    public enum By {
        EMAIL,
        USERNAME,
        EITHER
    }

    public Identifier {
        // Both are needed: each removes blanks that the other does not. LoginLimit does the same.
        text = text.strip().trim();
    }

    /** Returns an identifier for a username or, if the realm allows it for logins, an e-mail address. */
    public static Identifier of(String text) {
        return new Identifier(By.EITHER, text);
    }

    public static Identifier ofEmail(String text) {
        return new Identifier(By.EMAIL, text);
    }

    public static Identifier ofUsername(String text) {
        return new Identifier(By.USERNAME, text);
    }

    /**
     * Finds the user. An address that two users share, in a realm that allows it, identifies neither; a username that
     * is an address other than the user's own identifies nobody.
     */
    public Optional<UserModel> find(KeycloakSession session, RealmModel realm) {
        try {
            return Optional.ofNullable(KeycloakModelUtils.findUserByNameOrEmail(session, realm, text))
                    .filter(this::means);
        } catch (ModelDuplicateException e) {
            return Optional.empty();
        }
    }

    /** Finds the user by the e-mail address, even if the realm does not allow it for logins. */
    public Optional<UserModel> findByEmail(KeycloakSession session, RealmModel realm) {
        try {
            return Optional.ofNullable(session.users().getUserByEmail(realm, text));
        } catch (ModelDuplicateException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether a login with this text finds the user of these names, if nobody else has them.
     *
     * @param email null for none
     */
    public boolean wouldFind(RealmModel realm, String username, String email) {
        boolean isUsername = LowerCase.same(text, username);
        boolean isEmail = LowerCase.same(text, email);
        return switch (by) {
            case EMAIL -> isEmail && (isUsername || realm.isLoginWithEmailAllowed());
            case USERNAME -> isUsername;
            case EITHER -> isUsername || (isEmail && realm.isLoginWithEmailAllowed());
        };
    }

    /** Whether the user may be found by this text. */
    public boolean means(UserModel user) {
        boolean isEmail = LowerCase.same(text, user.getEmail());
        return switch (by) {
            case EMAIL -> isEmail;
            case USERNAME -> LowerCase.same(text, user.getUsername());
            case EITHER ->
                isEmail || user.getEmail() == null || !OwnAddress.isOfAnother(user.getUsername(), user.getEmail());
        };
    }
}
