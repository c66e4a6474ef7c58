package dev.userservice.moving;

import dev.userservice.activity.Action;
import dev.userservice.activity.ActivityLog;
import dev.userservice.activity.ActivityRow;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.Identifier;
import dev.userservice.moving.NewUserRows.NewUser;
import dev.userservice.web.ApiProblem;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.keycloak.common.util.Time;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Creates the users whom an old service has let in, in the session's transaction. */
record OldServiceUsers(KeycloakSession session, RealmModel realm) {
    private static final ImportOptions OPTIONS =
            new ImportOptions(ImportOptions.Mode.FAIL, false, 1, 0, Optional.empty(), Optional.empty(), false, false);

    /**
     * Creates a user, unless another login has done so in the meantime.
     *
     * @param identifier what was typed; a login with it must find the new user
     * @throws ApiProblem 400, 403 or 409 if the line cannot be taken
     */
    void create(Identifier identifier, UserLine line, String password) {
        try {
            createNew(identifier, line, password);
        } catch (ApiProblem refusal) {
            if (identifier.find(session, realm).isEmpty()) {
                throw refusal;
            }
        }
    }

    private void createNew(Identifier identifier, UserLine line, String password) {
        CandidateReader reader = new CandidateReader(new TenantsGranting(session, realm), OPTIONS, false);
        Candidate candidate =
                reader.read(1, line.withoutPassword(), UUID.randomUUID().toString());
        NewUser user = NewUser.of(session, realm, candidate);
        String username = user.column(UserModel.USERNAME);
        String email = user.column(UserModel.EMAIL);
        if (!identifier.wouldFind(realm, username, email)) {
            throw ApiProblem.invalid("username", "A login with what was typed does not find this user");
        }
        FormerNames former = new FormerNames(Entities.of(session), realm.getId());
        Set<String> names = FormerNames.of(username, email);
        if (former.hasAny(names) || former.hasAny(Set.of(FormerNames.ofId(candidate.newId())))) {
            throw ApiProblem.conflict("The user was here before, and was deleted or renamed");
        }
        if (new ExistingUsers(session, realm, List.of(candidate))
                .match(candidate)
                .isPresent()) {
            throw ApiProblem.conflict("The user exists already under another name");
        }
        new NewUserRows(session, realm, false).write(List.of(user));
        former.add(names);
        finish(session.users().getUserById(realm, candidate.newId()), password);
    }

    private void finish(UserModel user, String password) {
        PasswordPolicy policy = realm.getPasswordPolicy();
        PasswordHashProvider hash = policy.getHashAlgorithm() == null
                ? session.getProvider(PasswordHashProvider.class)
                : session.getProvider(PasswordHashProvider.class, policy.getHashAlgorithm());
        user.credentialManager().createStoredCredential(hash.encodedCredential(password, policy.getHashIterations()));
        long now = Time.currentTimeMillis();
        new ActivityLog(session)
                .add(new ActivityRow(
                        ActivityLog.id(now, 0),
                        realm.getId(),
                        user.getId(),
                        null,
                        null,
                        Action.USERS_IMPORTED.id(),
                        "{\"imported\":1}",
                        null,
                        null,
                        null,
                        null,
                        now));
    }
}
