package dev.userservice.settings;

import java.net.URI;

/** Parses addresses to which browsers may be sent. */
public final class WebAddress {
    private WebAddress() {}

    /**
     * Parses an http(s) URL.
     *
     * @throws IllegalArgumentException for any other text, and for a URL with user info
     */
    public static URI of(String text) {
        URI url = URI.create(text);
        boolean isHttp = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
        if (!isHttp || url.getHost() == null || url.getUserInfo() != null) {
            throw new IllegalArgumentException("an http(s) URL");
        }
        return url;
    }

    /**
     * Parses an http(s) URL from which other URLs can be built.
     *
     * @throws IllegalArgumentException as in {@link #of}, and for a URL with a query or a fragment
     */
    static URI plain(String text) {
        URI url = of(text);
        if (url.getQuery() != null || url.getFragment() != null) {
            throw new IllegalArgumentException("an http(s) URL without query and fragment");
        }
        return url;
    }
}
