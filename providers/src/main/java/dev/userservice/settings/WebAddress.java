package dev.userservice.settings;

import java.net.URI;

/** Addresses that browsers may be sent to. */
public final class WebAddress {
    private WebAddress() {}

    /**
     * Reads an http(s) URL.
     *
     * @throws IllegalArgumentException for anything else, and for one with a user in it
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
     * Reads one that others can be made of.
     *
     * @throws IllegalArgumentException also for one with a query or a fragment
     */
    static URI plain(String text) {
        URI url = of(text);
        if (url.getQuery() != null || url.getFragment() != null) {
            throw new IllegalArgumentException("an http(s) URL without query and fragment");
        }
        return url;
    }
}
