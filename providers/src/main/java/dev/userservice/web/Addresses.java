package dev.userservice.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** IP addresses in one form each, so that they can be looked for. */
public final class Addresses {
    private static final String BYTE = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern V4 = Pattern.compile("(" + BYTE + "\\.){3}" + BYTE);

    /** What Java takes for an address of IPv6 by its first character and a colon: it never asks a name server for that. */
    private static final Pattern V6 = Pattern.compile("(?=[^:]*:)[0-9a-fA-F:][0-9a-fA-F:.]*");

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
