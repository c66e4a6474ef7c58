package dev.userservice.moving;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The names of the users in the lines so far, for a check that writes no users by which it would find them again. A
 * table in a temporary file holds 64 bits of a digest of each, so that memory does not grow with their number. Among
 * three million names, the probability is one to four million that two different ones are taken for the same.
 */
final class SeenNames implements Closeable {
    private static final long FIRST_SIZE = 1 << 16;

    private final MessageDigest digest;
    private final ByteBuffer slot = ByteBuffer.allocate(Long.BYTES);
    private FileChannel table;
    private long size;
    private long used;

    SeenNames() throws IOException {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
        open(FIRST_SIZE);
    }

    /** Adds a name, and returns whether it is new. */
    boolean add(String name) throws IOException {
        if (used * 2 >= size) {
            grow();
        }
        long key = ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8)))
                .getLong();
        // A slot with 0 is empty.
        return put(key == 0 ? 1 : key);
    }

    private boolean put(long key) throws IOException {
        long at = Math.floorMod(key, size);
        for (long found = read(at); found != 0; found = read(at)) {
            if (found == key) {
                return false;
            }
            at = (at + 1) % size;
        }
        slot.clear().putLong(key).flip();
        table.write(slot, at * Long.BYTES);
        used++;
        return true;
    }

    /** Returns what is in a slot; 0 if it has never been written. */
    private long read(long at) throws IOException {
        slot.clear();
        return table.read(slot, at * Long.BYTES) < Long.BYTES ? 0 : slot.flip().getLong();
    }

    private void grow() throws IOException {
        try (FileChannel before = table) {
            long end = size;
            open(size * 4);
            ByteBuffer keys = ByteBuffer.allocate(1 << 16);
            for (long from = 0; from < end * Long.BYTES; from += keys.capacity()) {
                keys.clear();
                before.read(keys, from);
                keys.flip();
                while (keys.remaining() >= Long.BYTES) {
                    long key = keys.getLong();
                    if (key != 0) {
                        put(key);
                    }
                }
            }
        }
    }

    private void open(long slots) throws IOException {
        table = TemporaryFile.open();
        size = slots;
        used = 0;
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
