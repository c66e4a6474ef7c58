package dev.userservice.hashes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The parts of a hash's text between its separators. All errors are about the text of the hash. */
record Parts(List<String> parts) {
    /**
     * Divides a text.
     *
     * @param count how many parts there must be. What follows the last separator belongs to the last part
     */
    static Parts of(String text, char separator, int count) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        while (parts.size() < count - 1) {
            int end = text.indexOf(separator, start);
            if (end < 0) {
                throw InvalidHashException.ofHash(
                        "It must have " + count + " parts divided by " + separator + ", and has fewer.");
            }
            parts.add(text.substring(start, end));
            start = end + 1;
        }
        parts.add(text.substring(start));
        return new Parts(parts);
    }

    String text(int index) {
        return parts.get(index);
    }

    /** Returns a part that is a decimal number. */
    int number(int index) {
        return number(parts.get(index));
    }

    /** Returns a decimal number without sign or leading blanks. */
    static int number(String digits) {
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw InvalidHashException.ofHash("It has a part that must be a number of at most nine digits and is not.");
        }
        return Integer.parseInt(digits);
    }

    byte[] bytes(int index, Encoding encoding) {
        return encoding.decode(parts.get(index));
    }

    /** Returns the algorithm that a part names. */
    HashAlgorithm algorithm(int index) {
        return HashAlgorithm.named(parts.get(index))
                .orElseThrow(() -> InvalidHashException.ofHash("It names a digest that is not supported."));
    }

    /**
     * Returns the values of a part such as {@code m=65536,t=3,p=4}.
     *
     * @param names all names that there may be
     */
    Map<String, String> values(int index, List<String> names) {
        Map<String, String> values = new HashMap<>();
        for (String pair : parts.get(index).split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0 || !names.contains(pair.substring(0, equals))) {
                throw InvalidHashException.ofHash(
                        "Its parameters must be of the names " + String.join(", ", names) + ".");
            }
            if (values.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
                throw InvalidHashException.ofHash("It has a parameter twice.");
            }
        }
        return values;
    }

    /** Returns the number of one of these values. */
    static int number(Map<String, String> values, String name) {
        if (!values.containsKey(name)) {
            throw InvalidHashException.ofHash("It lacks the parameter " + name + ".");
        }
        return number(values.get(name));
    }
}
