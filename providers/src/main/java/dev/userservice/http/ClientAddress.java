package dev.userservice.http;

import dev.userservice.web.Addresses;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The address that a request comes from, which a client cannot choose. Keycloak's own takes the first entry of
 * {@code X-Forwarded-For}: behind a proxy that appends to what it was sent, that is the client's to write. Here the entries
 * count from the right, where trusted proxies have put them; and they are read from the right, so that nothing further left,
 * such as a quote that a client leaves open, changes what they say.
 */
public final class ClientAddress {
    private static final String FORWARDED = "forwarded";
    private static final String UNKNOWN = "unknown";

    private final Optional<String> headers;
    private final List<Network> trusted;

    private ClientAddress(Optional<String> headers, List<Network> trusted) {
        this.headers = headers;
        this.trusted = List.copyOf(trusted);
    }

    /**
     * By the options of Keycloak.
     *
     * @param proxyHeaders {@code --proxy-headers}: {@code forwarded} or {@code xforwarded}; null for a server without a proxy
     * @param trusted {@code --proxy-trusted-addresses}: addresses and networks with commas between them; null for any
     * @throws IllegalArgumentException for something else among the trusted
     */
    static ClientAddress byOptions(String proxyHeaders, String trusted) {
        return new ClientAddress(
                Optional.ofNullable(proxyHeaders),
                trusted == null
                        ? List.of()
                        : Stream.of(trusted.split(",", -1))
                                .map(String::strip)
                                .filter(text -> !text.isEmpty())
                                .map(Network::of)
                                .toList());
    }

    /** By the options of this server. */
    public static ClientAddress ofThisServer() {
        Config config = ConfigProvider.getConfig();
        return byOptions(
                config.getOptionalValue("kc.proxy-headers", String.class).orElse(null),
                config.getOptionalValue("kc.proxy-trusted-addresses", String.class)
                        .orElse(null));
    }

    /** That of the request that this thread answers; a text that is none, if there is no request. */
    public String ofRequest() {
        return CurrentRequest.current()
                .flatMap(request -> request.peer().map(peer -> of(peer, request::header)))
                .orElse(UNKNOWN);
    }

    /**
     * The nearest address that is no trusted proxy's.
     *
     * @param peer the other end of the connection
     * @param header the lines of a request's header
     */
    String of(String peer, Function<String, List<String>> header) {
        if (headers.isEmpty() || !isTrusted(peer)) {
            return Addresses.canonical(peer);
        }
        boolean isForwarded = headers.get().toLowerCase(Locale.ROOT).equals(FORWARDED);
        List<String> lines = new ArrayList<>(header.apply(isForwarded ? "Forwarded" : "X-Forwarded-For"));
        Collections.reverse(lines);
        String nearest = peer;
        for (String line : lines) {
            int end = line.length();
            while (end >= 0) {
                int start = lastSeparator(line, ',', end);
                String element = line.substring(start + 1, end).strip();
                end = start;
                if (element.isEmpty()) {
                    // RFC 9110, section 5.6.1: these do not count.
                    continue;
                }
                String hop = isForwarded ? forwardedFor(element) : address(element);
                // With quotes that are escaped, what is inside of others is not certain.
                if (!Addresses.isAddress(hop) || element.indexOf('\\') >= 0) {
                    // A proxy that says "unknown", or hides it (RFC 7239, section 6): who is behind it is not known.
                    return Addresses.canonical(nearest);
                }
                nearest = hop;
                if (trusted.isEmpty() || !isTrusted(hop)) {
                    return Addresses.canonical(nearest);
                }
            }
        }
        return Addresses.canonical(nearest);
    }

    private boolean isTrusted(String address) {
        return trusted.isEmpty() || trusted.stream().anyMatch(network -> network.contains(address));
    }

    /** Where the last of these is before an end, outside of quotes as they pair from there; -1 if there is none. */
    private static int lastSeparator(String text, char separator, int end) {
        boolean isQuoted = false;
        for (int at = end - 1; at >= 0; at--) {
            char next = text.charAt(at);
            if (next == '"') {
                isQuoted = !isQuoted;
            } else if (next == separator && !isQuoted) {
                return at;
            }
        }
        return -1;
    }

    /** The parameter {@code for} of an element of Forwarded (RFC 7239, section 4). */
    private static String forwardedFor(String element) {
        int end = element.length();
        while (end >= 0) {
            int start = lastSeparator(element, ';', end);
            String[] parameter = element.substring(start + 1, end).strip().split("=", 2);
            if (parameter.length == 2 && parameter[0].strip().equalsIgnoreCase("for")) {
                return address(parameter[1].strip());
            }
            end = start;
        }
        return UNKNOWN;
    }

    /** A node without its quotes, brackets and port (RFC 7239, section 6). */
    private static String address(String node) {
        String bare = node.length() > 1 && node.startsWith("\"") && node.endsWith("\"")
                ? node.substring(1, node.length() - 1)
                : node;
        if (bare.startsWith("[")) {
            int end = bare.indexOf(']');
            return end < 0 ? UNKNOWN : bare.substring(1, end);
        }
        boolean isWithPort = bare.indexOf(':') >= 0 && bare.indexOf(':') == bare.lastIndexOf(':');
        return isWithPort ? bare.substring(0, bare.indexOf(':')) : bare;
    }

    /** An address, or a network in CIDR notation. */
    private static final class Network {
        private static final int MAPPED_BITS = 96;

        private final byte[] prefix;
        private final int bits;

        private Network(byte[] prefix, int bits) {
            this.prefix = prefix;
            this.bits = bits;
        }

        static Network of(String text) {
            String[] parts = text.split("/", 2);
            byte[] address = Addresses.bytes(parts[0]).orElse(new byte[0]);
            int most = address.length * Byte.SIZE;
            // A network of IPv4 that is written as one of IPv6.
            int shift = parts[0].contains(":") && most < MAPPED_BITS ? MAPPED_BITS : 0;
            int bits = parts.length < 2 ? most : Integer.parseInt(parts[1]) - shift;
            if (most == 0 || bits < 0 || bits > most) {
                throw new IllegalArgumentException("proxy-trusted-addresses: " + text);
            }
            return new Network(address, bits);
        }

        boolean contains(String text) {
            byte[] address = Addresses.bytes(text).orElse(new byte[0]);
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % Byte.SIZE;
                if ((address[bit / Byte.SIZE] & mask) != (prefix[bit / Byte.SIZE] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
