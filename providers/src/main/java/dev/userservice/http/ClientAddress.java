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
 * The address that a request comes from, found in a way that a client cannot influence. Keycloak itself takes the first
 * entry of {@code X-Forwarded-For}: behind a proxy that appends to the header it received, the client can choose that
 * entry. Here the entries count from the right, where trusted proxies have added them. The header is also parsed from
 * the right, so that nothing further left, such as a quote that a client leaves open, changes their meaning.
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
     * Creates an instance from Keycloak's options.
     *
     * @param proxyHeaders {@code --proxy-headers}: {@code forwarded} or {@code xforwarded}; null for a server without a
     *     proxy
     * @param trusted {@code --proxy-trusted-addresses}: addresses and networks, separated by commas; null to trust any
     *     address
     * @throws IllegalArgumentException if an entry is neither an address nor a network
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

    /** Creates an instance from this server's options. */
    public static ClientAddress ofThisServer() {
        Config config = ConfigProvider.getConfig();
        return byOptions(
                config.getOptionalValue("kc.proxy-headers", String.class).orElse(null),
                config.getOptionalValue("kc.proxy-trusted-addresses", String.class)
                        .orElse(null));
    }

    /** Returns the address of the request that this thread answers; {@code unknown} if there is no request. */
    public String ofRequest() {
        return CurrentRequest.current().map(this::of).orElse(UNKNOWN);
    }

    /** Returns the address that this request comes from. */
    public String of(CurrentRequest request) {
        return request.peer().map(peer -> of(peer, request::header)).orElse(UNKNOWN);
    }

    /**
     * Returns the nearest address that is not a trusted proxy's.
     *
     * @param peer the address at the other end of the connection
     * @param header returns the lines of a request header by its name
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
                    // RFC 9110, section 5.6.1: empty list elements do not count.
                    continue;
                }
                String hop = isForwarded ? forwardedFor(element) : address(element);
                // In an element with escaped quotes it is not certain which parts are quoted.
                if (!Addresses.isAddress(hop) || element.indexOf('\\') >= 0) {
                    // The proxy wrote "unknown" or a hidden identifier (RFC 7239, section 6): the address behind it is
                    // not known.
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

    /**
     * Returns the index of the last separator before {@code end} that is outside of quotes, which are paired leftward
     * from {@code end}; -1 if there is none.
     */
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

    /** Returns the parameter {@code for} of an element of the Forwarded header (RFC 7239, section 4). */
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

    /** Returns a node without its quotes, brackets and port (RFC 7239, section 6). */
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
            // An IPv4 network may be written as an IPv6 network.
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
