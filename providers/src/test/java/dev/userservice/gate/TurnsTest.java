package dev.userservice.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TurnsTest {
    private final Turns<String> turns = new Turns<>();

    private void add(String group, String member, String... waiting) {
        for (String one : waiting) {
            turns.add(group, member, one);
        }
    }

    private List<String> all() {
        List<String> order = new ArrayList<>();
        for (Optional<String> next = turns.next(group -> true); next.isPresent(); next = turns.next(group -> true)) {
            order.add(next.get());
        }
        return order;
    }

    @Test
    void groupsTakeTurnsAndSoDoTheirMembers() {
        add("a", "x", "ax1", "ax2", "ax3");
        add("a", "y", "ay1");
        add("b", "x", "bx1", "bx2");
        add("c", "z", "cz1");

        assertEquals(List.of("ax1", "bx1", "cz1", "ay1", "bx2", "ax2", "ax3"), all());
    }

    @Test
    void whoHasHadATurnAndComesAgainIsLast() {
        add("a", "x", "ax1");
        add("b", "x", "bx1");
        assertEquals(Optional.of("ax1"), turns.next(group -> true));
        add("a", "x", "ax2");

        assertEquals(List.of("bx1", "ax2"), all());
    }

    @Test
    void aGroupThatMayNotHaveATurnKeepsItsPlace() {
        add("a", "x", "ax1");
        add("b", "x", "bx1", "bx2");

        assertEquals(Optional.of("bx1"), turns.next(group -> !group.equals("a")));
        assertEquals(List.of("ax1", "bx2"), all());
        add("a", "x", "ax1");
        assertEquals(Optional.empty(), turns.next(group -> false));
    }

    @Test
    void whoLeavesIsNotCalled() {
        add("a", "x", "ax1", "ax2");
        add("b", "y", "by1");

        assertTrue(turns.remove("a", "x", "ax1"));
        assertFalse(turns.remove("a", "x", "ax1"));
        assertFalse(turns.remove("a", "z", "ax2"));
        assertFalse(turns.remove("d", "x", "ax2"));
        assertEquals(2, turns.size());
        assertEquals(List.of("ax2", "by1"), all());
    }

    @Test
    void theLastOfTheFullestIsDropped() {
        add("a", "x", "ax1", "ax2", "ax3");
        add("a", "y", "ay1");
        add("b", "x", "bx1");

        assertEquals("a", turns.fullest("b"));
        assertEquals("ax3", turns.dropLast("a", "y"));
        assertEquals("ax2", turns.dropLast("a", "y"));
        // Of members who have equally many, it is the preferred one.
        assertEquals("ay1", turns.dropLast("a", "y"));
        assertEquals("b", turns.fullest("b"));
        assertEquals("ax1", turns.dropLast("a", "nobody"));
        assertEquals(0, turns.size("a"));
        assertEquals(1, turns.size());
    }

    @Test
    void nothingIsRememberedOfWhoDoesNotWait() {
        for (int i = 0; i < 1_000; i++) {
            add("group-" + i, "member-" + i, "one", "two");
        }
        assertEquals(2_000, turns.remembered());
        for (int i = 0; i < 1_000; i++) {
            if (i % 2 == 0) {
                turns.remove("group-" + i, "member-" + i, "one");
            } else {
                turns.dropLast("group-" + i, "member-" + i);
            }
        }
        assertEquals(1_000, all().size());
        assertEquals(0, turns.remembered());
        assertEquals(0, turns.size());
    }
}
