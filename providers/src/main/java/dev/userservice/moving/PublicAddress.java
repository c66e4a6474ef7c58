package dev.userservice.moving;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Tells the addresses of the internet from those of private networks, of this machine, and of nothing at all (IANA's
 * registries of special-purpose addresses, RFC 6890). An IPv6 address that carries an IPv4 address inside is refused,
 * whatever it carries: a gateway or the system itself may send it to the address inside.
 */
final class PublicAddress {
    private static final List<Block> REFUSED = List.of(
            Block.of("0.0.0.0", 8),
            Block.of("10.0.0.0", 8),
            Block.of("100.64.0.0", 10),
            Block.of("127.0.0.0", 8),
            Block.of("169.254.0.0", 16),
            Block.of("172.16.0.0", 12),
            Block.of("192.0.0.0", 24),
            Block.of("192.0.2.0", 24),
            Block.of("192.88.99.0", 24),
            Block.of("192.168.0.0", 16),
            Block.of("198.18.0.0", 15),
            Block.of("198.51.100.0", 24),
            Block.of("203.0.113.0", 24),
            Block.of("224.0.0.0", 4),
            Block.of("240.0.0.0", 4),
            // The unspecified address, the loopback, and the old form of an IPv4 address.
            Block.of("::", 96),
            // NAT64, of everybody and of one network.
            Block.of("64:ff9b::", 96),
            Block.of("64:ff9b:1::", 48),
            Block.of("100::", 64),
            // Teredo, documentation and 6to4.
            Block.of("2001::", 32),
            Block.of("2001:db8::", 32),
            Block.of("2002::", 16),
            Block.of("fc00::", 7),
            Block.of("fe80::", 10),
            Block.of("fec0::", 10),
            Block.of("ff00::", 8));

    private PublicAddress() {}

    /** The addresses that begin with the same bits. */
    private record Block(int addressBits, BigInteger prefix, int rest) {
        static Block of(String first, int length) {
            try {
                byte[] address = InetAddress.getByName(first).getAddress();
                int bits = address.length * Byte.SIZE;
                return new Block(bits, new BigInteger(1, address).shiftRight(bits - length), bits - length);
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }

        boolean contains(byte[] address) {
            return address.length * Byte.SIZE == addressBits
                    && new BigInteger(1, address).shiftRight(rest).equals(prefix);
        }
    }

    /** Whether this is an address of the internet. */
    static boolean is(InetAddress address) {
        byte[] bytes = address.getAddress();
        return REFUSED.stream().noneMatch(block -> block.contains(bytes));
    }
}
