package dev.userservice.hashes;

import java.util.Arrays;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.modes.SICBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * Firebase's scrypt: the project's key, encrypted with a key that scrypt makes from the password (AES-256 in counter mode).
 *
 * @param salt the user's salt and the project's separator
 */
record FirebaseScrypt(int n, int r, Bytes salt, Bytes signerKey, Bytes encrypted) implements Scheme {
    private static final int AES_KEY = 32;
    private static final int AES_BLOCK = 16;

    FirebaseScrypt {
        Caps.checkScrypt(n, r, 1);
        Caps.checkSalt(salt);
        Caps.checkKey(encrypted);
        if (signerKey.length() != encrypted.length()) {
            throw InvalidHashException.ofHash("It must be as long as the project's key in signerKey.");
        }
    }

    @Override
    public long memoryInKib() {
        return Caps.scryptMemory(n, r) / 1024;
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        byte[] derived = SCrypt.generate(password, salt.array(), n, r, 1, 64);
        var cipher = SICBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(true, new ParametersWithIV(new KeyParameter(Arrays.copyOf(derived, AES_KEY)), new byte[AES_BLOCK]));
        byte[] result = new byte[signerKey.length()];
        cipher.processBytes(signerKey.array(), 0, result.length, result, 0);
        return encrypted.isEqual(result);
    }
}
