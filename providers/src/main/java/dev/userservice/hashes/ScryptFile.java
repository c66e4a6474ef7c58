package dev.userservice.hashes;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * The header of a file that the program scrypt has encrypted, which scrypt-kdf uses as a hash: 48 bytes with the parameters and the salt, 16
 * bytes of their SHA-256, and an HMAC of both whose key is made from the password.
 */
record ScryptFile(int n, int r, int p, Bytes header, Bytes mac) implements Scheme {
    private static final int LENGTH = 96;
    private static final int PARAMETERS = 48;
    private static final int CHECKED = 64;
    private static final int SALT = 16;

    ScryptFile {
        Caps.checkScrypt(n, r, p);
    }

    static ScryptFile of(byte[] file) {
        if (file.length != LENGTH
                || !new String(file, 0, 7, java.nio.charset.StandardCharsets.US_ASCII).equals("scrypt\0")) {
            throw InvalidHashException.ofHash("It must be the 96 bytes of a scrypt header.");
        }
        byte[] sum = HashAlgorithm.SHA256.of(Arrays.copyOf(file, PARAMETERS));
        if (!Arrays.equals(sum, 0, SALT, file, PARAMETERS, CHECKED)) {
            throw InvalidHashException.ofHash("Its checksum is wrong, so it is damaged.");
        }
        Caps.check("The logarithm of N of scrypt", file[7], 1, 30);
        ByteBuffer numbers = ByteBuffer.wrap(file, 8, 8);
        return new ScryptFile(
                1 << file[7],
                numbers.getInt(),
                numbers.getInt(),
                new Bytes(Arrays.copyOf(file, CHECKED)),
                new Bytes(Arrays.copyOfRange(file, CHECKED, LENGTH)));
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        byte[] salt = Arrays.copyOfRange(header.array(), SALT, PARAMETERS);
        byte[] derived = SCrypt.generate(password, salt, n, r, p, 64);
        return mac.isEqual(HashAlgorithm.SHA256.hmac(Arrays.copyOfRange(derived, 32, 64), header.array()));
    }
}
