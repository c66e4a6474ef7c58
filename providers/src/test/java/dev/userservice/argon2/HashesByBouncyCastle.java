package dev.userservice.argon2;

import java.util.Base64;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.keycloak.models.credential.PasswordCredentialModel;

/** Computes hashes as Keycloak does, with any parameters and any salt. */
final class HashesByBouncyCastle {
    private HashesByBouncyCastle() {}

    static byte[] hash(String password, byte[] salt, Cost cost) {
        int type = switch (cost.type()) {
            case "d" -> Argon2Parameters.ARGON2_d;
            case "i" -> Argon2Parameters.ARGON2_i;
            default -> Argon2Parameters.ARGON2_id;
        };
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(type)
                .withVersion(
                        cost.version().equals("1.0")
                                ? Argon2Parameters.ARGON2_VERSION_10
                                : Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.memory())
                .withIterations(cost.passes())
                .withParallelism(cost.lanes())
                .withSalt(salt)
                .build());
        byte[] hash = new byte[cost.length()];
        generator.generateBytes(password.toCharArray(), hash);
        return hash;
    }

    static PasswordCredentialModel credential(String password, byte[] salt, Cost cost) {
        return cost.credential(salt, Base64.getEncoder().encodeToString(hash(password, salt, cost)));
    }
}
