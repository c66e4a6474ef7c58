package dev.userservice.gate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Those who wait. The groups take turns, and within a group its members do, so neither a group nor a member gets more by
 * waiting with many. A group or a member with nobody waiting takes no memory. Not safe for several threads.
 */
final class Turns<T> {
    /** The groups in the order of their turns: the first one is next. */
    private final Map<String, Group<T>> groups = new LinkedHashMap<>();

    private int size;

    /** The members of a group in the order of their turns, each with those who wait in the order of their arrival. */
    private static final class Group<T> {
        private final Map<String, Deque<T>> members = new LinkedHashMap<>();
        private int size;

        T next() {
            String member = members.keySet().iterator().next();
            Deque<T> waiting = members.remove(member);
            T next = waiting.removeFirst();
            if (!waiting.isEmpty()) {
                members.put(member, waiting);
            }
            size--;
            return next;
        }

        /** Returns the member with the most waiting; the preferred one if no other has more. */
        String fullest(String preferred) {
            String fullest = preferred;
            int most =
                    members.get(preferred) == null ? 0 : members.get(preferred).size();
            for (Map.Entry<String, Deque<T>> member : members.entrySet()) {
                if (member.getValue().size() > most) {
                    fullest = member.getKey();
                    most = member.getValue().size();
                }
            }
            return fullest;
        }
    }

    void add(String group, String member, T waiting) {
        Group<T> found = groups.computeIfAbsent(group, name -> new Group<>());
        found.members.computeIfAbsent(member, name -> new ArrayDeque<>()).addLast(waiting);
        found.size++;
        size++;
    }

    /** Takes one away that need not wait any longer, and returns whether it was still waiting. */
    boolean remove(String group, String member, T waiting) {
        Group<T> found = groups.get(group);
        Deque<T> queue = found == null ? null : found.members.get(member);
        if (queue == null || !queue.remove(waiting)) {
            return false;
        }
        forget(group, member);
        return true;
    }

    /** Takes the one whose turn it is, among the groups that may have a turn. */
    Optional<T> next(Predicate<String> mayHaveTurn) {
        Optional<String> turn = groups.keySet().stream().filter(mayHaveTurn).findFirst();
        return turn.map(group -> {
            Group<T> found = groups.remove(group);
            T next = found.next();
            if (found.size > 0) {
                groups.put(group, found);
            }
            size--;
            return next;
        });
    }

    /**
     * Takes the one away that came last, of the member of the group with the most waiting.
     *
     * @param group a group with at least one waiting
     * @param preferred the member to take it from if no other has more
     */
    T dropLast(String group, String preferred) {
        Group<T> found = groups.get(group);
        String fullest = found.fullest(preferred);
        T last = found.members.get(fullest).removeLast();
        forget(group, fullest);
        return last;
    }

    /** Returns the group with the most waiting; the preferred one if no other has more. */
    String fullest(String preferred) {
        String fullest = preferred;
        int most = size(preferred);
        for (Map.Entry<String, Group<T>> group : groups.entrySet()) {
            if (group.getValue().size > most) {
                fullest = group.getKey();
                most = group.getValue().size;
            }
        }
        return fullest;
    }

    int size() {
        return size;
    }

    int size(String group) {
        Group<T> found = groups.get(group);
        return found == null ? 0 : found.size;
    }

    /** Returns for how many groups and members there is memory. */
    int remembered() {
        return groups.values().stream()
                .mapToInt(group -> 1 + group.members.size())
                .sum();
    }

    /** Counts one less, and forgets the member and the group if they have nobody waiting any more. */
    private void forget(String group, String member) {
        Group<T> found = groups.get(group);
        found.size--;
        size--;
        if (found.members.get(member).isEmpty()) {
            found.members.remove(member);
        }
        if (found.size == 0) {
            groups.remove(group);
        }
    }
}
