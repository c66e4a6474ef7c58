package dev.userservice.moving;

import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.jose.jws.crypto.HashUtils;

/**
 * The names that users of a realm have or had, while the realm has an old service. The old service is not asked about
 * them: it would let in again whoever was deleted, or has another name now, with their old password and role.
 *
 * <p>Only hashes are kept. They are not secret, because names can be guessed; but no name can be read out of them, and
 * the same name has another hash in each realm. There are at most as many as names that the realm's users ever had.
 */
record FormerNames(EntityManager entities, String realmId) {

    /** Returns the marks of usernames and e-mail addresses; null is none. */
    static Set<String> of(String... names) {
        return Stream.of(names)
                .filter(Objects::nonNull)
                .map(name -> "name\n" + name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    /** Returns the mark of a user's id, which another user must not have later. */
    static String ofId(String userId) {
        return "id\n" + userId;
    }

    /** Whether one of these marks is kept. */
    boolean hasAny(Set<String> marks) {
        return !known(hashes(marks)).isEmpty();
    }

    /** Keeps marks, some of which may be kept already. */
    void add(Set<String> marks) {
        // In order, so that two transactions with the same marks do not wait for each other.
        SortedSet<String> hashes = hashes(marks);
        // They are looked for first: on H2, "do nothing" is an insert that fails.
        List<String> known = known(hashes);
        hashes.stream()
                .filter(hash -> !known.contains(hash))
                .forEach(hash -> entities.createQuery("""
                        insert into UserServiceFormerName (hash, realmId) values (:hash, :realm)
                        on conflict (hash) do nothing""")
                        .setParameter("hash", hash)
                        .setParameter("realm", realmId)
                        .executeUpdate());
    }

    private List<String> known(Set<String> hashes) {
        return hashes.isEmpty()
                ? List.of()
                : entities.createQuery(
                                "select n.hash from UserServiceFormerName n where n.hash in (:hashes)", String.class)
                        .setParameter("hashes", hashes)
                        .getResultList();
    }

    private SortedSet<String> hashes(Set<String> marks) {
        return marks.stream()
                .map(mark -> HashUtils.sha256UrlEncodedHash(realmId + "\n" + mark, StandardCharsets.UTF_8))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
