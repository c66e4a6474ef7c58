package dev.userservice.hashes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The part of yescrypt that fills memory: SMix of scrypt (RFC 7914), with pwxform in place of most of Salsa20 and with writes. */
final class YescryptMix {
    private static final int BLOCK = 16;

    private final int[] state;
    private final int n;
    private final int r;
    private final int p;
    private final int t;
    private final int size;
    private final int[] memory;
    private final int[] x;

    /**
     * @param state the words of all lanes, which are mixed in place
     * @param n the number of blocks in memory
     */
    YescryptMix(int[] state, int n, int r, int p, int t) {
        this.state = state;
        this.n = n;
        this.r = r;
        this.p = p;
        this.t = t;
        this.size = 2 * BLOCK * r;
        this.memory = new int[Math.multiplyExact(n, size)];
        this.x = new int[size];
    }

    /** Mixes all lanes, and returns the secret mixed with the first lane. */
    byte[] mixed(byte[] secret) {
        byte[] result = secret;
        int chunk = n / p;
        int loops = t == 0 ? (chunk + 2) / 3 : t == 1 ? (2 * chunk + 2) / 3 : chunk * (t - 1);
        int writing = even(loops / p);
        loops = even(loops);
        chunk &= ~1;
        Pwxform[] boxes = new Pwxform[p];
        for (int lane = 0; lane < p; lane++) {
            boxes[lane] = new Pwxform(filledBoxes(lane));
            if (lane == 0) {
                result = HashAlgorithm.SHA256.hmac(lastBlock(), secret);
            }
            int first = lane * chunk;
            int blocks = lane < p - 1 ? chunk : n - first;
            fill(lane, first, blocks, boxes[lane]);
            walk(lane, first, Integer.highestOneBit(blocks), writing, true, boxes[lane]);
        }
        for (int lane = 0; lane < p; lane++) {
            walk(lane, 0, n, loops - writing, false, boxes[lane]);
        }
        return result;
    }

    private static int even(int number) {
        return (number + 1) & ~1;
    }

    private byte[] lastBlock() {
        ByteBuffer bytes = ByteBuffer.allocate(BLOCK * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(state, size - BLOCK, BLOCK);
        return bytes.array();
    }

    /** Fills the S-boxes by the first half of scrypt's own SMix over the lane's first 128 bytes, which change by that. */
    private int[] filledBoxes(int lane) {
        int[] boxes = new int[Pwxform.WORDS];
        int[] block = new int[2 * BLOCK];
        int[] mixed = new int[2 * BLOCK];
        shuffle(lane * size, block, true);
        for (int at = 0; at < boxes.length; at += block.length) {
            System.arraycopy(block, 0, boxes, at, block.length);
            Pwxform.salsaMix(block, mixed);
        }
        shuffle(lane * size, block, false);
        return boxes;
    }

    /** Moves words between the state and the order in which Salsa20's diagonals lie side by side. */
    private void shuffle(int offset, int[] words, boolean fromState) {
        for (int block = 0; block < words.length; block += BLOCK) {
            for (int word = 0; word < BLOCK; word++) {
                int other = offset + block + word * 5 % BLOCK;
                if (fromState) {
                    words[block + word] = state[other];
                } else {
                    state[other] = words[block + word];
                }
            }
        }
    }

    private void fill(int lane, int first, int blocks, Pwxform boxes) {
        shuffle(lane * size, x, true);
        for (int block = 0; block < blocks; block++) {
            System.arraycopy(x, 0, memory, (first + block) * size, size);
            if (block > 1) {
                int power = Integer.highestOneBit(block);
                xor(first + (index() & (power - 1)) + block - power);
            }
            boxes.mix(x, r);
        }
        shuffle(lane * size, x, false);
    }

    private void walk(int lane, int first, int blocks, int loops, boolean writes, Pwxform boxes) {
        shuffle(lane * size, x, true);
        for (int loop = 0; loop < loops; loop++) {
            int block = first + (index() & (blocks - 1));
            xor(block);
            if (writes) {
                System.arraycopy(x, 0, memory, block * size, size);
            }
            boxes.mix(x, r);
        }
        shuffle(lane * size, x, false);
    }

    /** Returns the lower word of Integerify; there are never more blocks than it can tell apart. */
    private int index() {
        return x[size - BLOCK];
    }

    private void xor(int block) {
        int offset = block * size;
        for (int word = 0; word < size; word++) {
            x[word] ^= memory[offset + word];
        }
    }
}
