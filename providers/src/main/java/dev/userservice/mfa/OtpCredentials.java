package dev.userservice.mfa;

import dev.userservice.web.ApiProblem;
import java.util.List;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/** The OTP credentials that Keycloak keeps of a user. */
final class OtpCredentials {
    private OtpCredentials() {}

    static ApiProblem missing() {
        return ApiProblem.badRequest("MFA is not enabled for this user");
    }

    static List<CredentialModel> of(UserModel user) {
        return user.credentialManager()
                .getStoredCredentialsByTypeStream(OTPCredentialModel.TYPE)
                .toList();
    }

    static List<String> ids(List<CredentialModel> credentials) {
        return credentials.stream().map(CredentialModel::getId).toList();
    }

    static boolean isCode(UserModel user, CredentialModel credential, String code) {
        return user.credentialManager()
                .isValid(new UserCredentialModel(credential.getId(), OTPCredentialModel.TYPE, code));
    }

    static void requireNone(UserModel user) {
        // A directory may keep a second factor of its own, which isConfiguredFor() includes.
        if (user.credentialManager().isConfiguredFor(OTPCredentialModel.TYPE)) {
            throw ApiProblem.conflict("MFA is enabled for this user already");
        }
    }
}
