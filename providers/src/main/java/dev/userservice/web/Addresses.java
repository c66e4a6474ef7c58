package dev.userservice.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Converts IP addresses to one form each, so that they can be searched for. */
public final class Addresses {
    /** A leading zero is refused: some programs read what follows it as octal (RFC 6943, section 3.1.1). */
    private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

    private static final Pattern V4 = Pattern.compile("(" + BYTE + "\\.){3}" + BYTE);

    /**
     * Matches text that Java takes for an IPv6 address by its first character and a colon: Java never asks a name
     * server for it.
     */
    private static final Pattern V6 = Pattern.compile("(?=[^:]*:)[0-9a-fA-F:][0-9a-fA-F:.]*");

    private static final int SUBSCRIBER_BYTES = 8;

    private static final int V4_BYTES = 4;
    private static final int V4_NETWORK = 3;
    private static final int V6_NETWORK = 6;

    private Addresses() {}

    /** Whether this is an IP address, in any of its forms. */
    public static boolean isAddress(String text) {
        return parsed(text) != null;
    }

    /**
     * Returns the address in the form that Keycloak shows, with eight groups for IPv6; text that is no address is
     * unchanged.
     */
    public static String canonical(String text) {
        InetAddress address = text == null ? null : parsed(text);
        return address == null ? text : address.getHostAddress();
    }

    /**
     * Returns the 4 or 16 bytes of an IP address; an IPv4 address within IPv6 counts as IPv4. Empty for text that is no
     * address.
     */
    public static Optional<byte[]> bytes(String text) {
        return Optional.ofNullable(parsed(text)).map(InetAddress::getAddress);
    }

    /**
     * Returns the network that an address stands for, in hexadecimal: for IPv4 the address itself; for IPv6 the first
     * 64 bits, since whoever has one such address has the whole network (RFC 4291, section 2.5.4). Text that is no
     * address is unchanged.
     */
    public static String networkPrefix(String text) {
        return bytes(text)
                .map(bytes -> HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, SUBSCRIBER_BYTES)))
                .orElse(text);
    }

    /**
     * Returns the network in which a person stays for a while, in hexadecimal: the first 24 bits of an IPv4 address, and
     * the first 48 bits of an IPv6 address, which is what a site gets (RFC 6177). Providers give the same line different
     * addresses within them. Text that is no address is unchanged.
     */
    public static String network(String text) {
        return bytes(text)
                .map(bytes -> HexFormat.of().formatHex(bytes, 0, bytes.length == V4_BYTES ? V4_NETWORK : V6_NETWORK))
                .orElse(text);
    }

    private static InetAddress parsed(String text) {
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
