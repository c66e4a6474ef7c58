package dev.userservice.hashes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.userservice.hashes.Vectors.Vector;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Tests that hashes of real systems are checked as these systems do. Of the hashes that take long, it takes one right password and one near
 * miss for each system and call; {@code -Dhashes=all} takes all of them.
 */
final class HashFormatsTest {
    private static final List<Vector> ALL = Vectors.all();

    @Test
    void passwordsAreRightOrWrongAsTheirSystemSays() throws InterruptedException, ExecutionException {
        Set<String> seen = new HashSet<>();
        List<Vector> chosen = ALL.stream()
                .filter(vector -> "all".equals(System.getProperty("hashes"))
                        || isCheap(vector)
                        || seen.add(vector.system() + vector.version() + vector.how() + vector.verifies()))
                .toList();
        assertEquals(List.of(), differences(chosen));
    }

    @Test
    void otherVersionsAndParametersAreKnownToo() throws InterruptedException, ExecutionException {
        assertEquals(List.of(), differences(Vectors.more()));
    }

    private static List<String> differences(List<Vector> vectors) throws InterruptedException, ExecutionException {
        ForkJoinPool threads = new ForkJoinPool(2);
        try {
            return threads.submit(() -> vectors.parallelStream()
                            .map(HashFormatsTest::difference)
                            .filter(difference -> !difference.isEmpty())
                            .toList())
                    .get();
        } finally {
            threads.shutdown();
        }
    }

    private static String difference(Vector vector) {
        try {
            boolean matches = vector.imported().matches(vector.password(), vector.secret());
            return matches == vector.verifies() ? "" : matches + " instead of " + vector;
        } catch (InvalidHashException e) {
            return e.field() + ": " + e.getMessage() + " " + vector;
        }
    }

    private static boolean isCheap(Vector vector) {
        Scheme scheme = vector.imported().recipes().get(0).scheme();
        if (scheme instanceof Pbkdf2 pbkdf2) {
            return pbkdf2.rounds() * (long) pbkdf2.key().length() < 1_000_000;
        }
        if (scheme instanceof IteratedDigest digest) {
            return digest.rounds() <= 5000;
        }
        if (scheme instanceof UnixCrypt crypt) {
            return !crypt.text().contains("rounds=");
        }
        if (scheme instanceof Bcrypt bcrypt) {
            return bcrypt.cost() <= 5;
        }
        return scheme instanceof HmacDigest || scheme instanceof Phpass || scheme instanceof Scram;
    }

    @Test
    void everySystemIsAFormat() {
        Set<String> systems = ALL.stream().map(Vector::system).collect(Collectors.toSet());
        Set<String> formats = Formats.all().stream().map(Format::name).collect(Collectors.toSet());
        assertEquals(systems, formats);
    }
}
