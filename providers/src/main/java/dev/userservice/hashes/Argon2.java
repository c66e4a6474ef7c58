package dev.userservice.hashes;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2 (RFC 9106).
 *
 * @param type the letters behind {@code argon2}: {@code d}, {@code i} or {@code id}
 * @param version 16 (which is 1.0) or 19 (1.3)
 * @param memory in KiB
 * @param data the associated data, mostly empty
 * @param usesPepper whether the application's secret is Argon2's own secret input
 */
record Argon2(
        String type,
        int version,
        int memory,
        int passes,
        int lanes,
        Bytes salt,
        Bytes data,
        Bytes key,
        boolean usesPepper)
        implements Scheme {
    Argon2 {
        Caps.checkArgon2(memory, passes, lanes);
        Caps.checkSalt(salt);
        Caps.checkKey(key);
        if (version != Argon2Parameters.ARGON2_VERSION_10 && version != Argon2Parameters.ARGON2_VERSION_13) {
            throw InvalidHashException.ofHash("The version of Argon2 must be 16 or 19.");
        }
    }

    Argon2 withPepper() {
        return new Argon2(type, version, memory, passes, lanes, salt, data, key, true);
    }

    private int typeNumber() {
        return switch (type) {
            case "d" -> Argon2Parameters.ARGON2_d;
            case "i" -> Argon2Parameters.ARGON2_i;
            default -> Argon2Parameters.ARGON2_id;
        };
    }

    @Override
    public long memoryInKib() {
        return memory;
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        Argon2Parameters.Builder parameters = new Argon2Parameters.Builder(typeNumber())
                .withVersion(version)
                .withMemoryAsKB(memory)
                .withIterations(passes)
                .withParallelism(lanes)
                .withSalt(salt.array())
                .withAdditional(data.array());
        if (usesPepper) {
            parameters.withSecret(pepper);
        }
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(parameters.build());
        byte[] result = new byte[key.length()];
        generator.generateBytes(password, result);
        return key.isEqual(result);
    }
}
