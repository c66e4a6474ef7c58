package dev.userservice.web;

/** Makes what clients send fit for the table: of bounded length, and without what a database or a reader's terminal trips over. */
public final class Texts {
    private static final char REPLACEMENT = '\uFFFD';

    private Texts() {}

    /** The beginning of a text, without half a character at its end; null for null. */
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
