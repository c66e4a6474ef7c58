package dev.userservice.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a {@code .env} file with one {@code NAME=value} on each line. A value is plain (a {@code #} after a space
 * begins a comment), in single quotes (taken literally, with {@code \'} for a quote) or in double quotes (with
 * {@code \"}, {@code \\}, {@code \$} and {@code \n}). Nothing is expanded in any of them, so that writing a password
 * requires no knowledge of a shell.
 */
final class DotEnv {
    private static final Pattern ASSIGNMENT = Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*)");
    private static final Pattern SINGLE_QUOTED = Pattern.compile("'((?:\\\\'|[^'])*)'\\s*(?:#.*)?");
    private static final Pattern DOUBLE_QUOTED = Pattern.compile("\"((?:\\\\.|[^\"\\\\])*)\"\\s*(?:#.*)?");
    private static final Pattern COMMENT = Pattern.compile("(?:^|\\s+)#.*$");

    private DotEnv() {}

    /** Returns the values in the file; empty if the file does not exist. */
    static Map<String, String> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return new TreeMap<>();
        }
        try {
            return parse(file.getFileName().toString(), Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new StartException("cannot read " + file + " as UTF-8 text", e);
        }
    }

    static Map<String, String> parse(String name, List<String> lines) {
        Map<String, String> values = new TreeMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher assignment = ASSIGNMENT.matcher(line);
            if (!assignment.matches()) {
                throw new StartException(name + ", line " + (i + 1) + ": expected NAME=value");
            }
            values.put(assignment.group(1), value(name + ", line " + (i + 1), assignment.group(2)));
        }
        return values;
    }

    private static String value(String where, String raw) {
        if (raw.startsWith("'")) {
            return quoted(where, SINGLE_QUOTED, raw).replace("\\'", "'");
        }
        if (raw.startsWith("\"")) {
            return unescape(quoted(where, DOUBLE_QUOTED, raw));
        }
        return COMMENT.matcher(raw).replaceFirst("").strip();
    }

    private static String quoted(String where, Pattern form, String raw) {
        Matcher quoted = form.matcher(raw);
        if (!quoted.matches()) {
            throw new StartException(where + ": the quotes do not match");
        }
        return quoted.group(1);
    }

    private static String unescape(String text) {
        return Pattern.compile("\\\\(.)")
                .matcher(text)
                .replaceAll(escape -> Matcher.quoteReplacement(
                        switch (escape.group(1)) {
                            case "n" -> "\n";
                            case "\"", "\\", "$" -> escape.group(1);
                            default -> escape.group();
                        }));
    }
}
