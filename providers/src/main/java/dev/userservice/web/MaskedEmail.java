package dev.userservice.web;

/** Masks an e-mail address so that its owner recognizes it and nobody else learns much. */
public final class MaskedEmail {
    private static final String STARS = "***";

    private MaskedEmail() {}

    /** Returns {@code j***@m***.com} for {@code jane.doe@mail.example.com}; the empty string if there is no address. */
    public static String of(String email) {
        int at = email == null ? -1 : email.lastIndexOf('@');
        if (at < 0) {
            return "";
        }
        String domain = email.substring(at + 1);
        int dot = domain.lastIndexOf('.');
        String ending = dot < 0 ? "" : domain.substring(dot);
        return first(email.substring(0, at)) + STARS + "@" + first(domain) + STARS + ending;
    }

    private static String first(String text) {
        return text.isEmpty() ? "" : text.substring(0, text.offsetByCodePoints(0, 1));
    }
}
