package dev.userservice.hashes;

import java.util.Arrays;
import org.bouncycastle.crypto.generators.BCrypt;

/**
 * Bcrypt, which uses the first 72 bytes of a password.
 *
 * @param endsInZero whether a byte 0 ends the password. Only the first version, {@code $2$}, has none
 * @param refusesLong whether a password of more than 72 bytes is wrong, instead of being cut
 */
record Bcrypt(int cost, Bytes salt, Bytes key, boolean endsInZero, boolean refusesLong) implements Scheme {
    private static final int LONGEST = 72;
    private static final int SALT = 16;
    /** The length of a hash in bytes. Bcrypt makes 24, and all systems drop the last one. */
    private static final int KEY = 23;

    Bcrypt {
        Caps.check("The cost of bcrypt", cost, 4, Caps.BCRYPT_COST);
        if (salt.length() != SALT || key.length() != KEY) {
            throw InvalidHashException.ofHash("A bcrypt hash has 22 characters of salt and 31 of hash.");
        }
    }

    Bcrypt refusingLong() {
        return new Bcrypt(cost, salt, key, endsInZero, true);
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        if ((refusesLong && password.length > LONGEST) || (password.length == 0 && !endsInZero)) {
            return false;
        }
        byte[] cut = Arrays.copyOf(password, Math.min(LONGEST, password.length));
        byte[] result = BCrypt.generate(cut, salt.array(), cost, endsInZero);
        return key.isEqual(Arrays.copyOf(result, KEY));
    }
}
