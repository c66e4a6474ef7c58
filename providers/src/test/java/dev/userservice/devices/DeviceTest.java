package dev.userservice.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

final class DeviceTest {
    private static final String WINDOWS =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s Safari/537.36";
    private static final String MAC =
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s Safari/537.36";
    private static final String HOME = "192.0.2.7";

    @Test
    void anUpdatedBrowserIsTheSame() {
        assertEquals(
                Device.of(HOME, WINDOWS.formatted("142.0.0.0")), Device.of(HOME, WINDOWS.formatted("143.0.7499.40")));
        assertEquals(
                Device.of(HOME, MAC.formatted("99.0")),
                Device.of(HOME, MAC.formatted("100.0").replace("10_15_7", "11_0")));
    }

    @Test
    void anotherSystemOrBrowserOrNetworkIsAnotherDevice() {
        Device known = Device.of(HOME, WINDOWS.formatted("142.0.0.0"));
        assertNotEquals(known, Device.of(HOME, MAC.formatted("142.0.0.0")));
        assertNotEquals(known, Device.of(HOME, WINDOWS.formatted("142.0.0.0") + " Edg/142.0.0.0"));
        assertNotEquals(known, Device.of("198.51.100.7", WINDOWS.formatted("142.0.0.0")));
        assertEquals(known, Device.of("192.0.2.200", WINDOWS.formatted("142.0.0.0")));
    }

    @Test
    void whatIsNotKnownIsADeviceToo() {
        assertEquals(Device.of(null, null), Device.of(null, null));
        assertNotEquals(Device.of(HOME, null), Device.of(HOME, "curl/8.5.0"));
    }
}
