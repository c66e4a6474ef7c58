package dev.userservice.codes;

import dev.userservice.keycloak.Entities;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/** The addresses to which codes were sent. */
public record SentCodes(KeycloakSession session) {
    private static final String OF_CODES = """
            select c.email from UserServiceCodeRequest r, UserServiceCode c
            where c.requestId = r.id and r.userId = :user and r.purpose = :purpose and c.expiresAt > :now""";

    private static final String OF_MAILS = """
            select m.recipient from UserServiceCodeRequest r, UserServiceOutbox m
            where m.requestId = r.id and r.userId = :user and r.purpose = :purpose
            and m.recipient is not null and m.createdAt <= :now""";

    /**
     * Returns the address to which a user's codes of a purpose were sent, or will be sent; empty if no code is valid or
     * to come.
     */
    public Optional<String> address(UserModel user, CodePurpose purpose) {
        long now = Time.currentTimeMillis();
        return found(OF_CODES, user, purpose, now).or(() -> found(OF_MAILS, user, purpose, now));
    }

    /** Whether a user has a code of a purpose that stays valid for a while, or a mail with one is still to be sent. */
    public boolean isValidFor(UserModel user, CodePurpose purpose, Duration left) {
        long now = Time.currentTimeMillis();
        return found(OF_CODES, user, purpose, now + left.toMillis())
                .or(() -> found(OF_MAILS, user, purpose, now))
                .isPresent();
    }

    private Optional<String> found(String query, UserModel user, CodePurpose purpose, long time) {
        return Entities.of(session)
                .createQuery(query, String.class)
                .setParameter("user", user.getId())
                .setParameter("purpose", purpose.id())
                .setParameter("now", time)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }

    /** Returns the address to which a code was sent that has not expired; empty for any other text. */
    public Optional<String> address(String given) {
        return OneTimeCode.parse(given)
                .map(code -> Entities.of(session).find(CodeEntity.class, code.hash()))
                .filter(code -> code.expiresAt() > Time.currentTimeMillis())
                .map(CodeEntity::email);
    }
}
