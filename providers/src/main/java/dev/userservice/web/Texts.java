package dev.userservice.web;

/**
 * Makes text from clients safe to store: limits its length, and replaces characters that a database or a reader's
 * terminal cannot handle.
 */
public final class Texts {
    private static final char REPLACEMENT = '\uFFFD';

    private Texts() {}

    /**
     * Returns the beginning of a text, without half a character at its end; null for null.
     *
     * @param most the maximum length, in UTF-16 units
     */
    public static String fit(String text, int most) {
        if (text == null) {
            return null;
        }
        StringBuilder fit = new StringBuilder(Math.min(text.length(), most));
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (fit.length() + Character.charCount(c) > most) {
                break;
            }
            fit.appendCodePoint(isFit(c) ? c : REPLACEMENT);
            i += Character.charCount(c);
        }
        return fit.toString();
    }

    private static boolean isFit(int c) {
        boolean isHalf = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        return !Character.isISOControl(c) && !isHalf;
    }
}
