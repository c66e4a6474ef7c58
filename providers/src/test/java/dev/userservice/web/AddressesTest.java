package dev.userservice.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class AddressesTest {
    @Test
    void eachAddressHasOneForm() {
        assertEquals("0:0:0:0:0:0:0:1", Addresses.canonical("::1"));
        assertEquals("2001:db8:0:0:0:0:0:a", Addresses.canonical("2001:DB8::000a"));
        assertEquals("192.0.2.1", Addresses.canonical("192.0.2.1"));
        assertEquals("192.0.2.1", Addresses.canonical("::ffff:192.0.2.1"));
    }

    /** RFC 4291, section 2.2, form 3; the addresses of NAT64 (RFC 6052) are often written so. */
    @Test
    void anIpV4AddressMayStandAtTheEndOfAnyIpV6Address() {
        assertEquals("64:ff9b:0:0:0:0:c000:201", Addresses.canonical("64:ff9b::192.0.2.1"));
        assertEquals("1:2:3:4:5:6:c000:201", Addresses.canonical("1:2:3:4:5:6:192.0.2.1"));
        assertEquals("0:0:0:0:0:0:c000:201", Addresses.canonical("::192.0.2.1"), "only ::ffff: maps IPv4");
        assertNotEquals(Addresses.networkPrefix("192.0.2.1"), Addresses.networkPrefix("::192.0.2.1"));
    }

    @Test
    void whatIsNoAddressIsLeftAloneAndNobodyIsAskedForIt() {
        for (String none : List.of(
                "",
                "localhost",
                "a.example",
                "1.2.3",
                "192.0.2.01",
                "999.1.1.1",
                "1.2.3.4.5",
                ":",
                "::1::",
                "fe80::1%eth0",
                "12345::",
                ".:",
                "..:1",
                ".a:b",
                "a.b:1")) {
            assertFalse(Addresses.isAddress(none), none);
            assertEquals(none, Addresses.canonical(none));
        }
        assertNull(Addresses.canonical(null));
        assertTrue(Addresses.isAddress("255.255.255.255"));
    }

    @Test
    void ofIpV6TheNetworkIsWhoItStandsFor() {
        assertEquals(
                Addresses.networkPrefix("2001:db8:1:2::1"),
                Addresses.networkPrefix("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assertNotEquals(Addresses.networkPrefix("2001:db8:1:2::1"), Addresses.networkPrefix("2001:db8:1:3::1"));
        assertNotEquals(Addresses.networkPrefix("192.0.2.1"), Addresses.networkPrefix("192.0.2.2"));
        assertEquals(Addresses.networkPrefix("192.0.2.1"), Addresses.networkPrefix("::ffff:192.0.2.1"));
        assertEquals("unknown", Addresses.networkPrefix("unknown"));
    }

    @Test
    void theNetworkOfAPersonIsWiderThanAnAddress() {
        assertEquals(Addresses.network("192.0.2.1"), Addresses.network("192.0.2.254"));
        assertEquals(Addresses.network("192.0.2.1"), Addresses.network("::ffff:192.0.2.7"));
        assertNotEquals(Addresses.network("192.0.2.1"), Addresses.network("192.0.3.1"));
        assertEquals(Addresses.network("2001:db8:1:2::1"), Addresses.network("2001:db8:1:ffff::2"));
        assertNotEquals(Addresses.network("2001:db8:1::1"), Addresses.network("2001:db8:2::1"));
        assertEquals("unknown", Addresses.network("unknown"));
    }
}
