package dev.userservice.devices;

import dev.userservice.activity.EarlierLogin;
import dev.userservice.web.Addresses;
import java.util.regex.Pattern;

/**
 * A browser or another program in a network, as far as a login shows them. Two devices of the same kind in the same
 * network are one.
 *
 * @param browser the user agent without its numbers, because a browser that was updated is still the same one; empty if
 *     there is none
 * @param network the {@linkplain Addresses#network network} of the IP address; empty if the address is not known
 */
record Device(String browser, String network) {
    private static final Pattern NUMBERS = Pattern.compile("\\d[\\d._]*");

    static Device of(String ipAddress, String userAgent) {
        return new Device(
                userAgent == null ? "" : NUMBERS.matcher(userAgent).replaceAll("0"),
                ipAddress == null ? "" : Addresses.network(ipAddress));
    }

    static Device of(EarlierLogin login) {
        return of(login.ipAddress(), login.userAgent());
    }
}
