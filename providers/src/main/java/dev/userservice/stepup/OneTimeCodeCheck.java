package dev.userservice.stepup;

import java.util.List;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/** The one-time codes of a user, as a login by password asks for them. */
record OneTimeCodeCheck(UserModel user) {
    boolean isNeeded() {
        return user.credentialManager().isConfiguredFor(OTPCredentialModel.TYPE);
    }

    /** Whether a code is right. A right one is used up, as by a login. */
    boolean accepts(String code) {
        List<String> stored = user.credentialManager()
                .getStoredCredentialsByTypeStream(OTPCredentialModel.TYPE)
                .map(CredentialModel::getId)
                .toList();
        // A directory may keep the second factor itself, and then knows no id of Keycloak's.
        return stored.isEmpty() ? isValid("", code) : stored.stream().anyMatch(id -> isValid(id, code));
    }

    private boolean isValid(String id, String code) {
        return user.credentialManager().isValid(new UserCredentialModel(id, OTPCredentialModel.TYPE, code));
    }
}
