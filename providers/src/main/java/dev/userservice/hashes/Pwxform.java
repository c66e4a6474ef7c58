package dev.userservice.hashes;

/** BlockMix of yescrypt, with the S-boxes of one lane: multiplications and look-ups that write back into the boxes. */
final class Pwxform {
    /** The number of words of the three S-boxes. */
    static final int WORDS = 3 * 1024;

    private static final int BLOCK = 16;
    private static final int ROUNDS = 6;
    private static final int MASK = 255 * 16;
    private static final int BOX_PAIRS = 512;

    private final int[] boxes;
    private final int[] block = new int[BLOCK];
    private int first = 2 * BOX_PAIRS;
    private int second = BOX_PAIRS;
    private int third;
    private int written;

    Pwxform(int[] boxes) {
        this.boxes = boxes;
    }

    /** Mixes 2r blocks in place. */
    void mix(int[] words, int r) {
        int last = words.length - BLOCK;
        System.arraycopy(words, last, block, 0, BLOCK);
        for (int at = 0; at < 2 * r * BLOCK; at += BLOCK) {
            for (int word = 0; word < BLOCK; word++) {
                block[word] ^= words[at + word];
            }
            transform();
            System.arraycopy(block, 0, words, at, BLOCK);
        }
        salsa(words, last, 2);
    }

    private void transform() {
        int w = written;
        for (int round = 0; round < ROUNDS; round++) {
            boolean writes = round != 0 && round != ROUNDS - 1;
            for (int lane = 0; lane < BLOCK; lane += 4) {
                int low = first + (block[lane] & MASK) / 8;
                int high = second + (block[lane + 1] & MASK) / 8;
                for (int pair = 0; pair < 2; pair++) {
                    int at = lane + 2 * pair;
                    long product = (block[at] & 0xffffffffL) * (block[at + 1] & 0xffffffffL);
                    long result = (product + pair(low + pair)) ^ pair(high + pair);
                    block[at] = (int) result;
                    block[at + 1] = (int) (result >>> 32);
                    if (writes) {
                        boxes[2 * (third + w)] = (int) result;
                        boxes[2 * (third + w) + 1] = (int) (result >>> 32);
                        w++;
                    }
                }
            }
        }
        int oldThird = third;
        third = second;
        second = first;
        first = oldThird;
        written = w & (BOX_PAIRS - 1);
    }

    private long pair(int index) {
        return ((long) boxes[2 * index + 1] << 32) | (boxes[2 * index] & 0xffffffffL);
    }

    /** Mixes two blocks in place with Salsa20/8, as scrypt does. */
    static void salsaMix(int[] words, int[] result) {
        System.arraycopy(words, BLOCK, result, 0, BLOCK);
        for (int at = 0; at < 2 * BLOCK; at += BLOCK) {
            for (int word = 0; word < BLOCK; word++) {
                result[at + word] = words[at + word] ^ result[word];
            }
            salsa(result, at, 8);
        }
        System.arraycopy(result, 0, words, 0, words.length);
    }

    /** Applies Salsa20 to a shuffled block. */
    private static void salsa(int[] words, int offset, int rounds) {
        int[] x = new int[BLOCK];
        for (int word = 0; word < BLOCK; word++) {
            x[word * 5 % BLOCK] = words[offset + word];
        }
        for (int round = 0; round < rounds; round += 2) {
            quarter(x, 0, 4, 8, 12);
            quarter(x, 5, 9, 13, 1);
            quarter(x, 10, 14, 2, 6);
            quarter(x, 15, 3, 7, 11);
            quarter(x, 0, 1, 2, 3);
            quarter(x, 5, 6, 7, 4);
            quarter(x, 10, 11, 8, 9);
            quarter(x, 15, 12, 13, 14);
        }
        for (int word = 0; word < BLOCK; word++) {
            words[offset + word] += x[word * 5 % BLOCK];
        }
    }

    private static void quarter(int[] x, int a, int b, int c, int d) {
        x[b] ^= Integer.rotateLeft(x[a] + x[d], 7);
        x[c] ^= Integer.rotateLeft(x[b] + x[a], 9);
        x[d] ^= Integer.rotateLeft(x[c] + x[b], 13);
        x[a] ^= Integer.rotateLeft(x[d] + x[c], 18);
    }
}
