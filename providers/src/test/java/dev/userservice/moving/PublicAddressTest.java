package dev.userservice.moving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which addresses the server may call in the name of a tenant, with the first and the last address of each block. */
final class PublicAddressTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, false",
        "0.255.255.255, false",
        "1.0.0.0, true",
        "8.8.8.8, true",
        "9.255.255.255, true",
        "10.0.0.0, false",
        "10.255.255.255, false",
        "11.0.0.0, true",
        "100.63.255.255, true",
        "100.64.0.0, false",
        "100.127.255.255, false",
        "100.128.0.0, true",
        "127.0.0.1, false",
        "127.255.255.255, false",
        "169.254.169.254, false",
        "172.15.255.255, true",
        "172.16.0.0, false",
        "172.31.255.255, false",
        "172.32.0.0, true",
        "192.0.0.0, false",
        "192.0.0.255, false",
        "192.0.1.0, true",
        "192.0.2.1, false",
        "192.88.99.1, false",
        "192.167.255.255, true",
        "192.168.0.0, false",
        "192.168.255.255, false",
        "192.169.0.0, true",
        "198.17.255.255, true",
        "198.18.0.0, false",
        "198.19.255.255, false",
        "198.20.0.0, true",
        "198.51.100.7, false",
        "203.0.113.7, false",
        "223.255.255.255, true",
        "224.0.0.1, false",
        "239.255.255.255, false",
        "240.0.0.0, false",
        "255.255.255.255, false",
        "::, false",
        "::1, false",
        "::8.8.8.8, false",
        "::10.0.0.1, false",
        "::ffff:10.0.0.1, false",
        "::ffff:8.8.8.8, true",
        "64:ff9b::8.8.8.8, false",
        "64:ff9b::10.0.0.1, false",
        "64:ff9b:1::1, false",
        "100::1, false",
        "2001::1, false",
        "2001:db8::1, false",
        "2001:4860:4860::8888, true",
        "2002:a00:1::1, false",
        "2003::1, true",
        "2606:4700::1111, true",
        "fc00::1, false",
        "fdff::1, false",
        "fe80::1, false",
        "febf::1, false",
        "fec0::1, false",
        "ff02::1, false"
    })
    void onlyAddressesOfTheInternetArePublic(String address, boolean isPublic) throws Exception {
        assertEquals(isPublic, PublicAddress.is(InetAddress.getByName(address)));
    }
}
