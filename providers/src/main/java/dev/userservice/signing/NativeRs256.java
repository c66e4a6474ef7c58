package dev.userservice.signing;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.keycloak.common.VerificationException;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.crypto.SignatureSignerContext;
import org.keycloak.crypto.SignatureVerifierContext;
import org.keycloak.models.KeycloakSession;

/** Keycloak's provider of the algorithm RS256 (RFC 7518, section 3.3), whose signatures are computed by the native library. */
record NativeRs256(KeycloakSession session, SignatureProvider keycloaks, NativeRsa library)
        implements SignatureProvider {
    @Override
    public SignatureSignerContext signer() {
        KeyWrapper key =
                session.keys().getActiveKey(session.getContext().getRealm(), KeyUse.SIG, Rs256Factory.ALGORITHM);
        // Keycloak's own provider says what is wrong if there is no key.
        return key == null ? keycloaks.signer() : new Signer(keycloaks.signer(key), key, library);
    }

    @Override
    public SignatureSignerContext signer(KeyWrapper key) {
        return new Signer(keycloaks.signer(key), key, library);
    }

    /** Keycloak's own signer of a key, except for the computation. */
    private record Signer(SignatureSignerContext keycloaks, KeyWrapper key, NativeRsa library)
            implements SignatureSignerContext {
        @Override
        public byte[] sign(byte[] data) {
            return key.getPrivateKey() instanceof PrivateKey secret
                    ? library.sign(secret, data).orElseGet(() -> keycloaks.sign(data))
                    : keycloaks.sign(data);
        }

        @Override
        public String getKid() {
            return keycloaks.getKid();
        }

        @Override
        public String getAlgorithm() {
            return keycloaks.getAlgorithm();
        }

        @Override
        public String getHashAlgorithm() {
            return keycloaks.getHashAlgorithm();
        }

        @Override
        public List<X509Certificate> getCertificateChain() {
            return keycloaks.getCertificateChain();
        }
    }

    @Override
    public SignatureVerifierContext verifier(String kid) throws VerificationException {
        return keycloaks.verifier(kid);
    }

    @Override
    public SignatureVerifierContext verifier(KeyWrapper key) throws VerificationException {
        return keycloaks.verifier(key);
    }

    @Override
    public boolean isAsymmetricAlgorithm() {
        return true;
    }
}
