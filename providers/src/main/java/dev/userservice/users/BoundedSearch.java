package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.access.ManagedRoles;
import dev.userservice.keycloak.Entities;
import dev.userservice.users.SearchSegment.Scope;
import dev.userservice.users.UserSearch.Filter;
import dev.userservice.users.UserSearch.Hit;
import dev.userservice.users.UserSearch.Position;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;

/**
 * A search whose conditions no single index serves together with its order. It reads a bounded number of rows, whatever
 * the conditions and however the users are distributed: if {@link FewUsers} finds few candidates it looks at them alone,
 * and otherwise it walks along a part of the order. A page may therefore end before it is full, at a position where the
 * next one goes on.
 */
final class BoundedSearch {
    /** How many users of an order are looked at for a page, and for a total. */
    static final int WALKED = 20_000;

    private final ApiCall call;
    private final UserSearch search;
    private final Filter filter;
    private final UserSort sort;
    private final EntityManager entities;
    private final HibernateCriteriaBuilder criteria;
    private final Optional<List<String>> few;

    /** Prepares a search, and looks for few candidates. */
    BoundedSearch(ApiCall call, UserSearch search, Filter filter, UserSort sort) {
        this.call = call;
        this.search = search;
        this.filter = filter;
        this.sort = sort;
        this.entities = Entities.of(call.session());
        this.criteria = entities.unwrap(Session.class).getCriteriaBuilder();
        this.few = candidates();
    }

    /** Whether a search is one of this class. */
    static boolean serves(Filter filter, UserSort sort) {
        return !filter.traits().isEmpty() || sort.key() == UserSort.Key.LAST_LOGIN || sort.key() == UserSort.Key.EMAIL;
    }

    /**
     * A part of the matching users.
     *
     * @param next the position behind which the next part begins; empty if there is none
     */
    record Found(List<Hit> hits, Optional<Position> next) {}

    /** Returns how many users match; if there may be more than the search looks at, how many of these do. */
    UserTotal total(boolean isExact) {
        if (filter.traits().isEmpty()) {
            return UserTotal.of(search, filter, isExact);
        }
        int most = UserTotal.limit(isExact);
        long count = 0;
        for (SearchSegment segment : segments(null)) {
            Scope scope = isExact ? new Scope(few.orElse(null), null, null) : scope(segment, null, 0);
            count += segment.count(scope, most - (int) count);
            if (count >= most) {
                return new UserTotal(UserTotal.MOST_COUNTED, false);
            }
            if (scope.end() != null) {
                return new UserTotal(count, false);
            }
        }
        return new UserTotal(count, true);
    }

    /**
     * Returns a page.
     *
     * @param after the position where the previous page ended; null for the first page
     * @param offset how many matching users to skip from there
     */
    Found page(Position after, int offset, int limit) {
        List<Position> found = new ArrayList<>();
        Position from = after;
        int skipped = offset;
        for (SearchSegment segment : segments(after)) {
            Scope scope = scope(segment, from, offset);
            List<Position> some = segment.find(scope, skipped, limit + 1 - found.size());
            found.addAll(some);
            if (found.size() > limit) {
                return new Found(hits(found.subList(0, limit)), Optional.of(found.get(limit - 1)));
            }
            if (scope.end() != null) {
                return new Found(hits(found), Optional.of(scope.end()));
            }
            skipped -= some.isEmpty() && skipped > 0 ? (int) segment.count(scope, skipped) : skipped;
            from = null;
        }
        return new Found(hits(found), Optional.empty());
    }

    private Scope scope(SearchSegment segment, Position after, int offset) {
        return few.isPresent()
                ? new Scope(few.get(), after, null)
                : new Scope(null, after, segment.walk(after, WALKED + offset).orElse(null));
    }

    /** Returns the parts of the order that contain matching users behind a position. */
    private List<SearchSegment> segments(Position after) {
        if (sort.key() != UserSort.Key.LAST_LOGIN) {
            return List.of(users(filter));
        }
        UserTraits traits = filter.traits();
        boolean isAmongNever = after != null && after.key().startsWith(UserSort.NEVER);
        List<SearchSegment> segments = new ArrayList<>();
        if (!Boolean.TRUE.equals(traits.neverLoggedIn()) && !isAmongNever) {
            segments.add(new LoginSegment(entities, criteria, call.realm(), sort.isAscending(), fit(filter)));
        }
        if (!Boolean.FALSE.equals(traits.neverLoggedIn()) && traits.lastLogin().isAny()) {
            segments.add(users(filter.with(traits.ofNeverLoggedIn())));
        }
        return segments;
    }

    private SearchSegment users(Filter matching) {
        return new UserSegment(entities, criteria, call.realm(), sort.key(), sort.isAscending(), fit(matching));
    }

    private UserFit fit(Filter matching) {
        return new UserFit(search, criteria, matching);
    }

    private Optional<List<String>> candidates() {
        return new FewUsers(
                        entities,
                        criteria,
                        call.realm(),
                        search,
                        holders(),
                        filter.traits().middle() != null && MiddleSearch.isIndexed(entities))
                .of(filter);
    }

    /** Returns the roles of which a user must hold one directly; none if groups give the role too, or if everybody has it. */
    private Set<String> holders() {
        if (filter.role() == null) {
            return Set.of();
        }
        ManagedRoles.Givers givers =
                new ManagedRoles(call.session(), call.tenancy()).givers().get(filter.role());
        boolean isDirect = givers != null
                && givers.groups().isEmpty()
                && !givers.roles().contains(call.realm().getDefaultRole().getId());
        return isDirect ? givers.roles() : Set.of();
    }

    private List<Hit> hits(List<Position> found) {
        Map<String, UserRow> rows = search.rows(found.stream().map(Position::id).toList()).stream()
                .collect(Collectors.toMap(UserRow::id, Function.identity()));
        return found.stream()
                .filter(position -> rows.containsKey(position.id()))
                .map(position -> new Hit(position, rows.get(position.id())))
                .toList();
    }
}
