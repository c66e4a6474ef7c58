package dev.userservice.keycloak;

import dev.userservice.web.Addresses;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The address that a request comes from, which a client cannot choose. Keycloak's own takes the first entry of
 * {@code X-Forwarded-For}: behind a proxy that appends to what it was sent, that is the client's to write. Here the entries
 * count from the right, where trusted proxies have put them.
 */
public final class ClientAddress {
    private static final String FORWARDED = "forwarded";
    private static final String UNKNOWN = "unknown";

    /** The parameter {@code for} of an element of Forwarded (RFC 7239, section 4), and of X-Forwarded-For. */
    private static final Pattern NODE =
            Pattern.compile("\"?(?:\\[(?<v6>[^\\]]*)](?::\\w+)?|(?<v4>[\\d.]+)(?::\\w+)?|(?<other>[^\"]*))\"?");

    private static final Pattern FOR =
            Pattern.compile("(?:^|;)\\s*for=(?<node>\"[^\"]*\"|[^;]*)", Pattern.CASE_INSENSITIVE);

    /** Commas outside of quotes. */
    private static final Pattern ELEMENT = Pattern.compile("(?:\"[^\"]*\"|[^,\"])+");

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
        return Exchange.current()
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
        List<String> hops = hops(header);
        Collections.reverse(hops);
        String nearest = peer;
        for (String hop : hops) {
            if (!Addresses.isAddress(hop)) {
                // A proxy that says "unknown", or hides it (RFC 7239, section 6): who is behind it is not known.
                break;
            }
            nearest = hop;
            if (trusted.isEmpty() || !isTrusted(hop)) {
                break;
            }
        }
        return Addresses.canonical(nearest);
    }

    private boolean isTrusted(String address) {
        return trusted.isEmpty() || trusted.stream().anyMatch(network -> network.contains(address));
    }

    private List<String> hops(Function<String, List<String>> header) {
        boolean isForwarded = headers.orElseThrow().toLowerCase(Locale.ROOT).equals(FORWARDED);
        List<String> hops = new ArrayList<>();
        for (String line : header.apply(isForwarded ? "Forwarded" : "X-Forwarded-For")) {
            Matcher elements = ELEMENT.matcher(line);
            while (elements.find()) {
                String element = elements.group().strip();
                hops.add(isForwarded ? forwardedFor(element) : node(element));
            }
        }
        return hops;
    }

    private static String forwardedFor(String element) {
        Matcher node = FOR.matcher(element);
        return node.find() ? node(node.group("node").strip()) : UNKNOWN;
    }

    private static String node(String text) {
        Matcher node = NODE.matcher(text);
        if (!node.matches()) {
            return UNKNOWN;
        }
        return Stream.of(node.group("v6"), node.group("v4"), node.group("other"))
                .filter(found -> found != null)
                .findFirst()
                .orElse(UNKNOWN);
    }

    /** An address, or a network in CIDR notation. */
    private static final class Network {
        private final byte[] prefix;
        private final int bits;

        private Network(byte[] prefix, int bits) {
            this.prefix = prefix;
            this.bits = bits;
        }

        /** Keycloak has looked at the option, and refuses to start with a bad one. */
        static Network of(String text) {
            String[] parts = text.split("/", 2);
            byte[] address = Addresses.bytes(parts[0])
                    .orElseThrow(() -> new IllegalArgumentException("proxy-trusted-addresses: " + text));
            return new Network(address, parts.length < 2 ? address.length * Byte.SIZE : Integer.parseInt(parts[1]));
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
