package dev.userservice.hashes;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** The parameters that stand beside a hash, because the system keeps them elsewhere. Each one that is given must be read by somebody. */
final class Params {
    private final Map<String, Object> values;
    private final Set<String> unread;

    Params(Map<String, Object> values) {
        this.values = values;
        this.unread = new TreeSet<>(values.keySet());
    }

    static InvalidHashException invalid(String name, String message) {
        return new InvalidHashException(InvalidHashException.PARAMS + "." + name, message);
    }

    /**
     * Makes a scheme whose cost a parameter tells, and not the text of the hash.
     *
     * @param name the parameter, which is named if the cost is not allowed
     */
    static <T extends Scheme> T costing(String name, Supplier<T> scheme) {
        try {
            return scheme.get();
        } catch (InvalidHashException e) {
            throw e.isAboutCost() ? invalid(name, e.getMessage()) : e;
        }
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    private Object read(String name) {
        unread.remove(name);
        return values.get(name);
    }

    Optional<String> text(String name) {
        Object value = read(name);
        if (value == null && !has(name)) {
            return Optional.empty();
        }
        if (!(value instanceof String text) || text.length() > Caps.PARAMETER) {
            throw invalid(name, "It must be a text of at most " + Caps.PARAMETER + " characters.");
        }
        return Optional.of(text);
    }

    Optional<String> oneOf(String name, List<String> allowed) {
        Optional<String> text = text(name);
        if (text.isPresent() && !allowed.contains(text.get())) {
            throw invalid(name, "It must be one of " + String.join(", ", allowed) + ".");
        }
        return text;
    }

    Optional<Integer> number(String name) {
        Object value = read(name);
        if (value == null && !has(name)) {
            return Optional.empty();
        }
        boolean whole = value instanceof Integer || value instanceof Long || value instanceof BigInteger;
        if (!whole || ((Number) value).doubleValue() < 1 || ((Number) value).doubleValue() > Integer.MAX_VALUE) {
            throw invalid(name, "It must be a whole number of at least 1 and less than 2^31.");
        }
        return Optional.of(((Number) value).intValue());
    }

    int requiredNumber(String name) {
        return number(name).orElseThrow(() -> invalid(name, "This format needs it."));
    }

    boolean flag(String name) {
        Object value = read(name);
        if (value == null && !has(name)) {
            return false;
        }
        if (!(value instanceof Boolean flag)) {
            throw invalid(name, "It must be true or false.");
        }
        return flag;
    }

    /** Returns the algorithm of a name with a prefix, such as {@code pbkdf2-sha256}. */
    HashAlgorithm requiredAlgorithm(String name, String prefix) {
        String text = text(name).orElseThrow(() -> invalid(name, "This format needs it."));
        return Optional.of(text)
                .filter(all -> all.startsWith(prefix))
                .flatMap(all -> HashAlgorithm.named(all.substring(prefix.length())))
                .orElseThrow(() -> invalid(
                        name, "It must be " + prefix + " and one of md5, sha1, sha224, sha256, sha384 and sha512."));
    }

    /** Returns the encoding that a parameter names as {@code text}, {@code hex} or {@code base64}. */
    Encoding encoding(String name, Encoding fallback) {
        return oneOf(name, List.of("text", "hex", "base64"))
                .map(text -> switch (text) {
                    case "text" -> Encoding.TEXT;
                    case "hex" -> Encoding.HEX;
                    default -> Encoding.BASE64;
                })
                .orElse(fallback);
    }

    /** Refuses what nobody has read. */
    void refuseUnread() {
        if (!unread.isEmpty()) {
            String name = unread.iterator().next();
            throw invalid(shortened(name), "This format, or this kind of hash, has no such parameter.");
        }
    }

    private static String shortened(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40);
    }
}
