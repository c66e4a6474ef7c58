package dev.userservice.mfa;

import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/**
 * The store of secrets for one-time codes whose first code is still to come. Callers must lock the user's row before
 * they change a secret.
 */
public final class TotpSetups {
    private final EntityManager entities;

    public TotpSetups(KeycloakSession session) {
        this.entities = Entities.of(session);
    }

    /** Stores a secret that waits for its first code, in place of an earlier one. */
    void await(RealmModel realm, UserModel user, OTPCredentialModel secret, Duration lifetime) {
        entities.persist(fresh(realm, user, lifetime).waiting(secret));
    }

    /** Records that the first code of a credential that is in force is still to come. */
    void record(RealmModel realm, UserModel user, String credentialId, Duration lifetime) {
        entities.persist(fresh(realm, user, lifetime).inForce(credentialId));
    }

    private TotpSetupEntity fresh(RealmModel realm, UserModel user, Duration lifetime) {
        long now = Time.currentTimeMillis();
        forget(user);
        return new TotpSetupEntity(user.getId(), realm.getId(), now, now + lifetime.toMillis());
    }

    Optional<TotpSetupEntity> of(UserModel user) {
        return Optional.ofNullable(entities.find(TotpSetupEntity.class, user.getId()));
    }

    /** Returns the secret that waits for its first code; empty if there is none or its time is over. */
    Optional<OTPCredentialModel> waiting(UserModel user) {
        return of(user).filter(setup -> setup.isWaiting(Time.currentTimeMillis()))
                .map(TotpSetupEntity::secret);
    }

    /** Returns when the secret expires that waits for its first code; empty if there is none or its time is over. */
    public Optional<Instant> expiryOfWaiting(UserModel user) {
        return of(user).filter(setup -> setup.isWaiting(Time.currentTimeMillis()))
                .map(TotpSetupEntity::expiresAt)
                .map(Instant::ofEpochMilli);
    }

    /** Deletes the user's row, and returns how many there were: 0 or 1. */
    public int forget(UserModel user) {
        return entities.createQuery("delete from UserServiceTotpSetup where userId = :user")
                .setParameter("user", user.getId())
                .executeUpdate();
    }

    /** Deletes the rows whose time is over; a credential stays in force. */
    public static void purge(KeycloakSession session) {
        Entities.of(session)
                .createQuery("delete from UserServiceTotpSetup where expiresAt < :now")
                .setParameter("now", Time.currentTimeMillis())
                .executeUpdate();
    }
}
