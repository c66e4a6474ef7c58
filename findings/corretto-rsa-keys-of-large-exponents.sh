#!/usr/bin/env bash
# Amazon Corretto Crypto Provider 2.5.0 (AWS-LC), Linux on x86-64. An application has RSA private keys from Java, with all values of the
# Chinese remainder theorem, and hands them to this provider in order to sign by RSASSA-PKCS1-v1_5.
# One would guess: the provider takes each key that the JDK makes and signs with, because RFC 8017, section 3.1, bounds the public exponent
# by the modulus alone, and a private key is not slower for it.
# Seen: a key with a public exponent of up to 33 bits is taken and signs as Java does. One with an exponent of 34 bits is refused with an
# exception, already by KeyFactory.translateKey. So an application that signs with keys of others needs another way to sign beside it.
# Needs a JDK 17 or newer and the Maven wrapper of this project, which fetches the library into a temporary folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>software.amazon.cryptools</groupId>
      <artifactId>AmazonCorrettoCryptoProvider</artifactId>
      <version>2.5.0</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
  </dependencies>
</project>
XML
"$root/mvnw" -q -B -ntp -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$work/lib" -DincludeScope=runtime
cat > "$work/Exponents.java" <<'JAVA'
import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;

class Exponents {
    static byte[] sign(Signature signature, PrivateKey key) throws Exception {
        signature.initSign(key);
        signature.update("text".getBytes("UTF-8"));
        return signature.sign();
    }

    static String signs(Provider provider, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(2048, BigInteger.ONE.shiftLeft(bits - 1).add(BigInteger.ONE)));
        KeyPair pair = generator.generateKeyPair();
        byte[] javas = sign(Signature.getInstance("SHA256withRSA", "SunRsaSign"), pair.getPrivate());
        Signature check = Signature.getInstance("SHA256withRSA", "SunRsaSign");
        check.initVerify(pair.getPublic());
        check.update("text".getBytes("UTF-8"));
        if (!check.verify(javas)) {
            throw new IllegalStateException("Java's own signature is wrong");
        }
        try {
            PrivateKey own = (PrivateKey) KeyFactory.getInstance("RSA", provider).translateKey(pair.getPrivate());
            byte[] natives = sign(Signature.getInstance("SHA256withRSA", provider), own);
            return Arrays.equals(javas, natives) ? "the same signature" : "another signature";
        } catch (Exception refusal) {
            return "refused";
        }
    }

    public static void main(String[] args) throws Exception {
        AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
        provider.assertHealthy();
        for (int bits : new int[] {17, 32, 33, 34, 64}) {
            System.out.println("exponent of " + bits + " bits: " + signs(provider, bits));
        }
    }
}
JAVA
seen=$(java -cp "$work/lib/*" "$work/Exponents.java")
printf '%s\n' "$seen"
expected='exponent of 17 bits: the same signature
exponent of 32 bits: the same signature
exponent of 33 bits: the same signature
exponent of 34 bits: refused
exponent of 64 bits: refused'
if [ "$seen" != "$expected" ]; then
    printf 'This has changed.\n' >&2
    exit 1
fi
