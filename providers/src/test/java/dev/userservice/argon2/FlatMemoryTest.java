package dev.userservice.argon2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Tests that hashing by fifty threads leaves no memory behind. {@code -Dargon2.seconds=60 -Dargon2.memory=7168} makes it a minute with
 * hashes of Keycloak's size.
 */
final class FlatMemoryTest {
    private static final int SECONDS = Integer.getInteger("argon2.seconds", 2);
    private static final int MEMORY = Integer.getInteger("argon2.memory", 16);
    private static final long MOST_GROWTH_IN_KIB = 32 << 10;

    /** The process is another one with a heap of a fixed size, because a heap that grows or shrinks would hide what is measured. */
    @Test
    void theResidentMemoryStaysFlat() throws Exception {
        Libraries.sodium();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms48m",
                        "-Xmx48m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HashingProgram.class.getName(),
                        Integer.toString(SECONDS),
                        Integer.toString(MEMORY))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        System.out.print(output);
        String[] figures =
                output.lines().reduce((first, last) -> last).orElseThrow().split(" ", -1);
        long hashes = Long.parseLong(figures[0]);
        long growth = Long.parseLong(figures[2]) - Long.parseLong(figures[1]);
        // The loss of one block of native memory a hash would be more than the growth that is allowed.
        assertTrue(hashes * HashingProgram.PASSWORD.length() / 1024 > MOST_GROWTH_IN_KIB || MEMORY > 1024, output);
        assertTrue(growth < MOST_GROWTH_IN_KIB, output);
    }
}
