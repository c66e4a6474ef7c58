package dev.userservice.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** IP addresses in one form each, so that they can be looked for. */
public final class Addresses {
    private static final String BYTE = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern V4 = Pattern.compile("(" + BYTE + "\\.){3}" + BYTE);

    /** What Java takes for an address of IPv6 by its first character and a colon: it never asks a name server for that. */
    private static final Pattern V6 = Pattern.compile("(?=[^:]*:)[0-9a-fA-F:][0-9a-fA-F:.]*");

    private static final int SUBSCRIBER_BYTES = 8;

    private Addresses() {}

    /** Is this an IP address, in any of its forms? */
    public static boolean isAddress(String text) {
        return parsed(text) != null;
    }

    /** The form that Keycloak shows them in, of which IPv6 has eight groups; what is no address stays as it is. */
    public static String canonical(String text) {
        InetAddress address = text == null ? null : parsed(text);
        return address == null ? text : address.getHostAddress();
    }

    /** The bytes of an IP address, 4 or 16; an address of IPv4 within IPv6 is one of IPv4. Empty for what is none. */
    public static Optional<byte[]> bytes(String text) {
        return Optional.ofNullable(parsed(text)).map(InetAddress::getAddress);
    }

    /**
     * Whom an address stands for: that of IPv4 itself; of IPv6 the first 64 bits, since whoever has one of these has all of that
     * network (RFC 4291, section 2.5.4). What is no address stays as it is.
     */
    public static String networkPrefix(String text) {
        return bytes(text)
                .map(bytes -> HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, SUBSCRIBER_BYTES)))
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
