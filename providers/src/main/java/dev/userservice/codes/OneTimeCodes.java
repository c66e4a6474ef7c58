package dev.userservice.codes;

import dev.userservice.keycloak.EmbeddedTurns;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.keycloak.TimeOrderedId;
import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.mail.Outbox;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.hibernate.Timeouts;
import org.hibernate.jpa.SpecHints;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The store of one-time codes: one request per user and purpose, and the hashes of the codes that were sent for it.
 *
 * <p>A transaction that changes a request locks its row first and the dependent rows after that; the user's row is
 * locked before all of them. This order prevents deadlocks. The database alone decides which transaction was first, on
 * any node.
 */
public final class OneTimeCodes {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** How many codes per user and purpose are valid at a time. */
    private static final int CODES_KEPT = 3;

    private final KeycloakSession session;
    private final EntityManager entities;

    public OneTimeCodes(KeycloakSession session) {
        this.session = session;
        this.entities = Entities.of(session);
    }

    /**
     * Requests one more code, unless the last request is less than the {@linkplain CodePolicy cool-down} ago, or a mail
     * is being sent at this moment. Codes that were sent before stay valid: otherwise anybody could keep a user's codes
     * void by repeated requests.
     */
    public CodeRequestResult ask(UserModel user, CodePurpose purpose, CodePolicy times) {
        return ask(user.getId(), purpose, times, session.getContext().getRealm());
    }

    /**
     * Requests one more code, as {@link #ask(UserModel, CodePurpose, CodePolicy)} does.
     *
     * @param subject the id of a user, or of something else for a purpose without codes
     */
    public CodeRequestResult ask(String subject, CodePurpose purpose, CodePolicy times, RealmModel realm) {
        EmbeddedTurns.take(session, entities, subject, purpose.id());
        long now = Time.currentTimeMillis();
        return locked(subject, purpose)
                .map(request -> askAgain(request, times, now))
                .or(() -> insert(subject, purpose, times, realm, now))
                // Another transaction has inserted the request after the look-up above.
                .orElseGet(() -> CodeRequestResult.tooSoon(times.coolDown()));
    }

    /** Requests the first code of a user for whom there is probably no request yet, such as a new user. */
    public CodeRequestResult askFirst(UserModel user, CodePurpose purpose, CodePolicy times) {
        if (EmbeddedTurns.take(session, entities, user.getId(), purpose.id())) {
            return ask(user, purpose, times);
        }
        RealmModel realm = session.getContext().getRealm();
        return insert(user.getId(), purpose, times, realm, Time.currentTimeMillis())
                .orElseGet(() -> ask(user, purpose, times));
    }

    private CodeRequestResult askAgain(CodeRequestEntity request, CodePolicy times, long now) {
        Duration wait = request.wait(times, now);
        if (!wait.isZero()) {
            return CodeRequestResult.tooSoon(wait);
        }
        if (new Outbox(session).isOnItsWay(request.id())) {
            return CodeRequestResult.tooSoon(times.coolDown());
        }
        // One waiting mail is enough.
        new Outbox(session).forget(request.id());
        request.askAgain(times, now);
        return new CodeRequestResult(Optional.of(request.id()), request.wait(times, now));
    }

    /** Inserts a request; returns empty if there is one already. */
    private Optional<CodeRequestResult> insert(
            String subject, CodePurpose purpose, CodePolicy times, RealmModel realm, long now) {
        String id = TimeOrderedId.of(now, RANDOM);
        int made = entities.createQuery("""
                        insert into UserServiceCodeRequest
                          (id, realmId, userId, purpose, requestedAt, expiresAt, times, firstAt, keptUntil)
                        values (:id, :realm, :user, :purpose, :now, :expires, 1, :now, :kept)
                        on conflict (userId, purpose) do nothing""")
                .setParameter("id", id)
                .setParameter("realm", realm.getId())
                .setParameter("user", subject)
                .setParameter("purpose", purpose.id())
                .setParameter("now", now)
                .setParameter("expires", now + times.lifetime().toMillis())
                .setParameter("kept", now + times.memory().toMillis())
                .executeUpdate();
        return made == 1 ? Optional.of(new CodeRequestResult(Optional.of(id), times.coolDown())) : Optional.empty();
    }

    private Optional<CodeRequestEntity> locked(String subject, CodePurpose purpose) {
        return entities.createQuery(
                        "from UserServiceCodeRequest where userId = :user and purpose = :purpose",
                        CodeRequestEntity.class)
                .setParameter("user", subject)
                .setParameter("purpose", purpose.id())
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultStream()
                .findFirst();
    }

    /**
     * Whether there is a code of this purpose that the user can redeem, or a mail that will bring one. A code is valid
     * only for the address that it was sent to. A mail that is being sent now does not count: it goes to the address that
     * the user had when the attempt began.
     */
    public boolean isAsked(UserModel user, CodePurpose purpose) {
        return !entities.createQuery("""
                        select 1 from UserServiceCodeRequest r where r.userId = :user and r.purpose = :purpose
                        and (exists (select 1 from UserServiceCode c where c.requestId = r.id and c.expiresAt > :now
                            and lower(c.email) = :email)
                          or exists (select 1 from UserServiceOutbox m where m.requestId = r.id
                            and (m.lease is null or m.dueAt <= :now)))""")
                .setParameter("user", user.getId())
                .setParameter("purpose", purpose.id())
                .setParameter("now", Time.currentTimeMillis())
                .setParameter(
                        "email", user.getEmail() == null ? "" : user.getEmail().toLowerCase(Locale.ROOT))
                .getResultList()
                .isEmpty();
    }

    /** Voids the user's codes of one purpose. */
    public void drop(UserModel user, CodePurpose purpose) {
        entities.createQuery("delete from UserServiceCodeRequest where userId = :user and purpose = :purpose")
                .setParameter("user", user.getId())
                .setParameter("purpose", purpose.id())
                .executeUpdate();
    }

    /**
     * Locks a request until the transaction ends. Returns empty if the request is deleted, or is locked by another
     * transaction, which may be about to delete it.
     */
    Optional<CodeRequestEntity> lockIfFree(String request) {
        return entities.createQuery("from UserServiceCodeRequest where id = :id", CodeRequestEntity.class)
                .setParameter("id", request)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .setHint(SpecHints.HINT_SPEC_LOCK_TIMEOUT, Timeouts.SKIP_LOCKED_MILLI)
                .getResultStream()
                .findFirst();
    }

    /**
     * Issues one more code for a {@linkplain #lockIfFree locked} request, and stores its hash. Only the newest few
     * codes of a request are valid at a time.
     *
     * @param isFirstAttempt whether this is the first attempt to send the mail, so that no code was issued for this mail
     */
    DeliveryAttempt.Code issue(CodeRequestEntity request, String email, Duration lifetime, boolean isFirstAttempt) {
        OneTimeCode code = OneTimeCode.random(RANDOM);
        long expires = Time.currentTimeMillis() + lifetime.toMillis();
        if (!isFirstAttempt || !request.isFirst()) {
            removeOldCodes(request);
        }
        entities.persist(new CodeEntity(code.hash(), request.id(), email, expires));
        request.keepUntil(expires);
        return new DeliveryAttempt.Code(code.text(), expires);
    }

    private void removeOldCodes(CodeRequestEntity request) {
        entities.createQuery(
                        "select hash from UserServiceCode where requestId = :request order by expiresAt desc",
                        String.class)
                .setParameter("request", request.id())
                .setFirstResult(CODES_KEPT - 1)
                .getResultList()
                .forEach(old -> entities.remove(entities.find(CodeEntity.class, old)));
    }

    /** Returns the user who could redeem this code at the moment, without redeeming it. */
    public Optional<UserModel> owner(String given, CodePurpose purpose, BiPredicate<UserModel, String> isFor) {
        return find(given, purpose, isFor).map(Found::user);
    }

    /**
     * Redeems a code. At most one of any number of calls, on any node, returns the user, and only in a transaction that
     * commits.
     *
     * @param isFor whether a user may redeem a code that was sent to the given address; if not, nothing happens
     */
    public Optional<UserModel> redeem(String given, CodePurpose purpose, BiPredicate<UserModel, String> isFor) {
        // The user is read again under a lock: Keycloak writes all columns of a user, also those that an admin has
        // changed meanwhile.
        return find(given, purpose, isFor)
                .flatMap(found -> LockedUser.of(session, session.getContext().getRealm(), found.user())
                        .filter(user -> user.isEnabled() && isFor.test(user, found.email()))
                        .filter(user -> delete(found.request()) == 1));
    }

    private record Found(String request, UserModel user, String email) {}

    private Optional<Found> find(String given, CodePurpose purpose, BiPredicate<UserModel, String> isFor) {
        RealmModel realm = session.getContext().getRealm();
        return OneTimeCode.parse(given)
                .map(code -> entities.find(CodeEntity.class, code.hash()))
                .filter(code -> code.expiresAt() > Time.currentTimeMillis())
                .flatMap(code -> Optional.ofNullable(entities.find(CodeRequestEntity.class, code.requestId()))
                        .filter(request -> request.realmId().equals(realm.getId())
                                && request.purpose().equals(purpose.id()))
                        .map(request -> new Found(
                                request.id(), session.users().getUserById(realm, request.userId()), code.email()))
                        .filter(found -> found.user() != null && isFor.test(found.user(), code.email())));
    }

    int delete(String request) {
        return entities.createQuery("delete from UserServiceCodeRequest where id = :id")
                .setParameter("id", request)
                .executeUpdate();
    }

    /**
     * Voids the user's codes of all purposes, and withdraws a new address that is not proved yet. Only the codes that
     * stop a change of the address stay valid: whoever has taken over an account could void them otherwise.
     */
    public void voidAll(UserModel user) {
        entities.createQuery("delete from UserServiceCodeRequest where userId = :user and purpose not in (:kept)")
                .setParameter("user", user.getId())
                .setParameter("kept", List.of(CodePurpose.EMAIL_CHANGE.id(), CodePurpose.EMAIL_STOP.id()))
                .executeUpdate();
        if (user.getFirstAttribute(UserModel.EMAIL_PENDING) != null) {
            user.removeAttribute(UserModel.EMAIL_PENDING);
        }
    }
}
