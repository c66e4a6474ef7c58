package dev.userservice.keycloak;

import dev.userservice.web.LowerCase;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * What somebody typed to say whom they mean. Blanks around it do not matter, as on Keycloak's pages.
 *
 * @param text without blanks around it
 */
public record Identifier(By by, String text) {
    /** What a text may be. */
    public enum By {
        EMAIL,
        USERNAME,
        EITHER
    }

    public Identifier {
        // Both: each knows blanks that the other does not. LoginLimit does the same.
        text = text.strip().trim();
    }

    /** A username, or an e-mail address where the realm takes it for a login. */
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
     * Whose it is. Of two users of one address, in a realm that allows it, nobody is meant; nor is somebody whose username is an
     * address that is not their own.
     */
    public Optional<UserModel> find(KeycloakSession session, RealmModel realm) {
        try {
            return Optional.ofNullable(KeycloakModelUtils.findUserByNameOrEmail(session, realm, text))
                    .filter(this::means);
        } catch (ModelDuplicateException e) {
            return Optional.empty();
        }
    }

    /** The same by the e-mail address, also where the realm does not take that for a login. */
    public Optional<UserModel> findByEmail(KeycloakSession session, RealmModel realm) {
        try {
            return Optional.ofNullable(session.users().getUserByEmail(realm, text));
        } catch (ModelDuplicateException e) {
            return Optional.empty();
        }
    }

    /** Is it by this name that the user may be found? */
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
