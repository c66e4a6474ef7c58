package dev.userservice.argon2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountsTest {
    @TempDir
    private Path folder;

    private Path inner;

    @BeforeEach
    void makeFolders() throws IOException {
        folder = folder.toRealPath();
        inner = Files.createDirectories(folder.resolve("with space/inner"));
    }

    private String point(Path path) {
        return path.toString().replace(" ", "\\040");
    }

    private void assertForbidden(boolean isForbidden, String... mounts) throws IOException {
        assertEquals(isForbidden, new Mounts(String.join("\n", mounts)).forbidExecution(inner));
    }

    @Test
    void theInnermostMountCounts() throws IOException {
        String root = "overlay / overlay rw,relatime 0 0";
        String outside = "tmpfs " + folder + "-other tmpfs rw,noexec 0 0";
        String outer = "tmpfs " + folder + " tmpfs rw,nosuid,noexec,relatime 0 0";
        String near = "tmpfs " + point(inner.getParent()) + " tmpfs rw,relatime 0 0";
        assertForbidden(false, "");
        assertForbidden(false, root);
        assertForbidden(false, root, outside);
        assertForbidden(true, root, outer);
        assertForbidden(false, root, outer, near);
        assertForbidden(false, near, root, outer);
        assertForbidden(true, root, near, near.replace("rw,", "rw,noexec,"));
        assertForbidden(false, root, near.replace("rw,", "rw,noexec,"), near);
    }

    @Test
    void anOptionIsAWholeWord() throws IOException {
        assertForbidden(false, "tmpfs " + folder + " tmpfs rw,context=noexec_t 0 0");
        assertForbidden(false, "noexec " + folder + " noexec rw 0 0");
    }
}
