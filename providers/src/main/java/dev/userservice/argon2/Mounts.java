package dev.userservice.argon2;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The mounted file systems that this process sees, in the form of proc(5) and fstab(5). */
record Mounts(String table) {
    private static final Path TABLE = Path.of("/proc/self/mounts");
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");
    private static final int POINT = 1;
    private static final int OPTIONS = 3;

    /** Reads the present mounts; there are none on systems without this file. */
    static Mounts present() throws IOException {
        return new Mounts(Files.exists(TABLE) ? Files.readString(TABLE, StandardCharsets.ISO_8859_1) : "");
    }

    /** Whether the file system of a folder is mounted with {@code noexec}, so that no library can be loaded from it. */
    boolean forbidExecution(Path folder) throws IOException {
        Path real = folder.toRealPath();
        int depth = -1;
        boolean isForbidden = false;
        for (String line : table.lines().toList()) {
            String[] fields = line.split(" ", -1);
            if (fields.length <= OPTIONS) {
                continue;
            }
            Path point = Path.of(unescaped(fields[POINT]));
            // Of two mounts at one place, the later one covers the other.
            if (real.startsWith(point) && point.getNameCount() >= depth) {
                depth = point.getNameCount();
                isForbidden = Arrays.asList(fields[OPTIONS].split(",", -1)).contains("noexec");
            }
        }
        return isForbidden;
    }

    private static String unescaped(String field) {
        return OCTAL.matcher(field)
                .replaceAll(match -> Matcher.quoteReplacement(
                        Character.toString((char) Integer.parseInt(match.group(1), Byte.SIZE))));
    }
}
