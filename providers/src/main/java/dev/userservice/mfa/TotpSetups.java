package dev.userservice.mfa;

import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/** The store of secrets for one-time codes whose first code is still to come. Who changes one has locked the user's row. */
public final class TotpSetups {
    private final EntityManager entities;

    public TotpSetups(KeycloakSession session) {
        this.entities = Entities.of(session);
    }

    /** Lets a secret wait for its first code, in the place of one that waited before. */
    void await(RealmModel realm, UserModel user, OTPCredentialModel secret, Duration patience) {
        long now = Time.currentTimeMillis();
        forget(user);
        entities.persist(TotpSetupEntity.waiting(user.getId(), realm.getId(), secret, now, now + patience.toMillis()));
    }

    /** Notes that of a credential that is in force the first code is still to come. */
    void note(RealmModel realm, UserModel user, String credentialId, Duration patience) {
        long now = Time.currentTimeMillis();
        forget(user);
        entities.persist(
                TotpSetupEntity.inForce(user.getId(), realm.getId(), credentialId, now, now + patience.toMillis()));
    }

    Optional<TotpSetupEntity> of(UserModel user) {
        return Optional.ofNullable(entities.find(TotpSetupEntity.class, user.getId()));
    }

    /** The secret that waits for its first code; empty for none, or one whose time is over. */
    Optional<OTPCredentialModel> waiting(UserModel user) {
        return of(user).filter(setup -> setup.isWaiting(Time.currentTimeMillis()))
                .map(TotpSetupEntity::secret);
    }

    /** Returns how many there were: none or one. */
    public int forget(UserModel user) {
        return entities.createQuery("delete from UserServiceTotpSetup where userId = :user")
                .setParameter("user", user.getId())
                .executeUpdate();
    }

    public void forget(RealmModel realm) {
        entities.createQuery("delete from UserServiceTotpSetup where realmId = :realm")
                .setParameter("realm", realm.getId())
                .executeUpdate();
    }

    /** Removes what has waited too long; a credential stays in force. */
    public static void purge(KeycloakSession session) {
        Entities.of(session)
                .createQuery("delete from UserServiceTotpSetup where expiresAt < :now")
                .setParameter("now", Time.currentTimeMillis())
                .executeUpdate();
    }
}
