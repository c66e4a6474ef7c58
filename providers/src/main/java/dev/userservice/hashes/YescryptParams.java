package dev.userservice.hashes;

/** The parameters of a {@code $y$} text, each of them a number of one or more characters: the more, the larger it is. */
record YescryptParams(int n, int r, int p, int t) {
    /** The flavor that crypt(3) makes: read-write, six rounds, four lanes of two words, and 12 KiB of S-boxes. */
    private static final int FLAVOR = 47;

    private static final int HAS_P = 1;
    private static final int HAS_T = 2;

    static YescryptParams of(String text) {
        Reader reader = new Reader(text);
        if (reader.number(0) != FLAVOR) {
            throw InvalidHashException.ofHash("Its flavor of yescrypt is not the one that crypt makes.");
        }
        long logarithm = reader.number(1);
        Caps.check("The logarithm of N of yescrypt", logarithm, 1, 30);
        long r = reader.number(1);
        Caps.check("r of yescrypt", r, 1, 1 << 20);
        long flags = reader.hasMore() ? reader.number(1) : 0;
        long p = (flags & HAS_P) == 0 ? 1 : reader.number(2);
        Caps.check("p of yescrypt", p, 1, Caps.LANES);
        long t = (flags & HAS_T) == 0 ? 0 : reader.number(1);
        Caps.check("t of yescrypt", t, 0, 16);
        if (flags > (HAS_P | HAS_T) || reader.hasMore()) {
            throw InvalidHashException.ofHash("Yescrypt with a ROM or with upgraded hashes is not supported.");
        }
        return new YescryptParams(1 << logarithm, (int) r, (int) p, (int) t);
    }

    /** Reads one number after the other. */
    private static final class Reader {
        private final String text;
        private int position;

        Reader(String text) {
            this.text = text;
        }

        boolean hasMore() {
            return position < text.length();
        }

        private int digit() {
            int digit = hasMore() ? Encoding.CRYPT_ALPHABET.indexOf(text.charAt(position)) : -1;
            if (digit < 0) {
                throw InvalidHashException.ofHash("Its parameters of yescrypt are cut off or have a wrong character.");
            }
            position++;
            return digit;
        }

        /** The first 48 digits are numbers of one character, the next 8 begin one of two, the next 4 one of three, and so on. */
        long number(int least) {
            int start = 0;
            int end = 47;
            int bits = 0;
            int first = digit();
            long number = least;
            while (first > end) {
                number += (long) (end + 1 - start) << bits;
                start = end + 1;
                end = start + (62 - end) / 2;
                bits += 6;
            }
            number += (long) (first - start) << bits;
            while (bits > 0) {
                bits -= 6;
                number += (long) digit() << bits;
            }
            return number;
        }
    }
}
