package dev.userservice.users;

import dev.userservice.users.UserSearch.Position;
import java.util.List;
import java.util.Optional;

/** A part of the order of a search, along which it walks. */
interface SearchSegment {
    /**
     * How much of a segment is looked at.
     *
     * @param ids the only users who can match; null for any
     * @param after the position behind which it begins; null for the start
     * @param end the last position; null for the end of the segment
     */
    record Scope(List<String> ids, Position after, Position end) {}

    /** Returns the position that is this many rows behind another one; empty if there are no more rows than that. */
    Optional<Position> walk(Position after, int rows);

    /** Returns the positions of the matching users in the scope, in their order. */
    List<Position> find(Scope scope, int offset, int limit);

    /** Counts the matching users in the scope, at most {@code most}. */
    long count(Scope scope, int most);
}
