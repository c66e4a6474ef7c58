package dev.userservice.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientAddressTest {
    private static final String PEER = "192.0.2.1";

    private static String of(ClientAddress addresses, String peer, String header, String... lines) {
        return addresses.of(peer, name -> name.equals(header) ? List.of(lines) : List.of("203.0.113.66"));
    }

    private static String xForwardedFor(String trusted, String... lines) {
        return of(ClientAddress.byOptions("xforwarded", trusted), PEER, "X-Forwarded-For", lines);
    }

    private static String forwarded(String trusted, String... lines) {
        return of(ClientAddress.byOptions("forwarded", trusted), PEER, "Forwarded", lines);
    }

    @Test
    void withoutAProxyHeadersSayNothing() {
        assertEquals(PEER, of(ClientAddress.byOptions(null, null), PEER, "X-Forwarded-For", "198.51.100.7"));
        assertEquals(PEER, of(ClientAddress.byOptions(null, PEER), PEER, "Forwarded", "for=198.51.100.7"));
    }

    @Test
    void theProxysEntryIsTheLast() {
        assertEquals("198.51.100.7", xForwardedFor(null, "198.51.100.7"));
        assertEquals("198.51.100.7", xForwardedFor(null, "10.0.0.1, 127.0.0.1,198.51.100.7"));
        assertEquals("198.51.100.7", xForwardedFor(null, "10.0.0.1", "198.51.100.7"));
    }

    @Test
    void whatAnUntrustedPeerSaysIsNothing() {
        assertEquals(PEER, xForwardedFor("192.0.2.2", "198.51.100.7"));
        assertEquals(PEER, forwarded("10.0.0.0/8,192.0.2.2", "for=198.51.100.7"));
    }

    @Test
    void trustedProxiesArePassedOver() {
        String trusted = "192.0.2.0/24, 10.1.0.0/16";
        assertEquals("198.51.100.7", xForwardedFor(trusted, "6.6.6.6, 198.51.100.7, 10.1.2.3, 192.0.2.9"));
        assertEquals("10.2.0.1", xForwardedFor(trusted, "198.51.100.7, 10.2.0.1, 10.1.2.3"));
        assertEquals("10.1.2.3", xForwardedFor(trusted, "10.1.2.3, 192.0.2.9"), "all are: the farthest");
    }

    @Test
    void forwardedIsReadAsRfc7239HasIt() {
        assertEquals("198.51.100.7", forwarded(null, "for=6.6.6.6, for=198.51.100.7;proto=https;by=192.0.2.1"));
        assertEquals("198.51.100.7", forwarded(null, "proto=https; For=\"198.51.100.7:4711\""));
        assertEquals(
                "2001:db8:cafe:0:0:0:0:17",
                forwarded(null, "for=\"a,b\";x=\"y, z\", for=\"[2001:db8:cafe::17]:4711\""));
        assertEquals("6.6.6.6", forwarded(PEER, "for=6.6.6.6", "for=192.0.2.1"));
    }

    @Test
    void portsAndBracketsDoNotCount() {
        assertEquals("198.51.100.7", xForwardedFor(null, "198.51.100.7:4711"));
        assertEquals("2001:db8:0:0:0:0:0:1", xForwardedFor(null, "[2001:db8::1]:4711"));
        assertEquals("2001:db8:0:0:0:0:0:1", xForwardedFor(null, "2001:db8::1"));
        assertEquals("198.51.100.7", xForwardedFor(null, "::ffff:198.51.100.7"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown",
                "_hidden",
                "",
                ",",
                "; DROP",
                "localhost",
                "evil.example",
                "1.2.3",
                "[::1",
                "999.1.1.1",
                "\"",
                "1.2.3.4\u0000"
            })
    void whatIsNoAddressIsThatOfTheHopBeforeIt(String hop) {
        assertEquals(PEER, xForwardedFor(null, "198.51.100.7, " + hop + "x"));
        assertEquals(PEER, forwarded(null, "for=198.51.100.7, for=" + hop + "x"));
        assertEquals("192.0.2.7", xForwardedFor("192.0.2.0/24", "198.51.100.7, " + hop + "x, 192.0.2.7"));
    }

    @Test
    void aProxyThatSaysNothingIsTheClient() {
        assertEquals(PEER, of(ClientAddress.byOptions("xforwarded", null), PEER, "X-Forwarded-For"));
        assertEquals(PEER, forwarded(null, "proto=https"));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,192.0.2.1,true", "192.0.2.0/31,192.0.2.1,true", "192.0.2.0/32,192.0.2.1,false",
        "0.0.0.0/0,192.0.2.1,true", "2001:db8::/32,2001:db8:1::1,true", "2001:db8::/48,2001:db8:1::1,false",
        "0.0.0.0/0,2001:db8::1,false", "::/0,192.0.2.1,false"
    })
    void aNetworkIsItsFirstBits(String trusted, String peer, boolean isTrusted) {
        ClientAddress addresses = ClientAddress.byOptions("xforwarded", trusted);
        String expected = isTrusted ? "6.6.6.6" : dev.userservice.web.Addresses.canonical(peer);
        assertEquals(expected, of(addresses, peer, "X-Forwarded-For", "6.6.6.6"));
    }

    @Test
    void whatAClientLeavesOpenSwallowsNothing() {
        for (String client : List.of(
                "for=9.9.9.9;x=\"", "for=\"9.9.9.9", "\"", "x=\"a\\\"", "for=9.9.9.9;host=\"a,b;for=8.8.8.8\"")) {
            for (String proxy : List.of(
                    "for=198.51.100.7",
                    "for=\"198.51.100.7:4711\"",
                    "proto=http;host=\"a;for=9.9.9.9\";for=198.51.100.7",
                    "for=198.51.100.7;host=\"x,y\"")) {
                assertEquals("198.51.100.7", forwarded(null, client + ", " + proxy), client + ", " + proxy);
            }
        }
    }

    @Test
    void anEmptyElementDoesNotCount() {
        assertEquals("198.51.100.7", xForwardedFor(null, "198.51.100.7, "));
        assertEquals("198.51.100.7", xForwardedFor(null, "198.51.100.7", ", ,"));
    }

    @Test
    void aHeaderOfAnyLengthIsRead() {
        assertEquals("198.51.100.7", xForwardedFor(null, "x".repeat(1_000_000) + "\",198.51.100.7"));
        assertEquals(PEER, xForwardedFor(null, "\"".repeat(1_000_001)));
        assertEquals(PEER, forwarded(null, ";".repeat(100_000)));
    }

    @Test
    void aNetworkOfIpV4MayBeWrittenAsOneOfIpV6() {
        ClientAddress addresses = ClientAddress.byOptions("xforwarded", "::ffff:192.0.2.0/120");
        assertEquals("6.6.6.6", of(addresses, PEER, "X-Forwarded-For", "6.6.6.6"));
        assertEquals("192.0.3.1", of(addresses, "192.0.3.1", "X-Forwarded-For", "6.6.6.6"));
        for (String bad : List.of("192.0.2.0/33", "::ffff:192.0.2.0/20", "proxy.example", "::/129", "192.0.2.0/-1")) {
            assertThrows(IllegalArgumentException.class, () -> ClientAddress.byOptions("xforwarded", bad), bad);
        }
    }

    @Test
    void whatAProxyCopiesIntoItsOwnElementSaysNothing() {
        assertEquals(PEER, forwarded(null, "for=203.0.113.9;host=\"a\\\";for=9.9.9.9;x=\\\"\""));
        assertEquals(PEER, forwarded(null, "for=203.0.113.9;host=\"a\\\", for=9.9.9.9;x=\\\"\""));
    }
}
