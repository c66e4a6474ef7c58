package dev.userservice.moving;

import dev.userservice.access.ApiCall;
import dev.userservice.access.HeldRoles;
import dev.userservice.activity.PersonActivity;
import dev.userservice.codes.PendingCode;
import dev.userservice.invitations.Invitations;
import dev.userservice.keycloak.ReadableProfile;
import dev.userservice.keycloak.UserSessions;
import dev.userservice.mail.QueuedMail;
import dev.userservice.mfa.TotpSetups;
import dev.userservice.users.CredentialView;
import dev.userservice.users.UserView;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.keycloak.common.Profile;
import org.keycloak.common.util.Time;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientScopeModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserConsentModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.storage.StorageId;
import org.keycloak.userprofile.UserProfileContext;

/** Reads all that is held about a user whom the caller may view. */
record PersonReader(ApiCall call, UserModel user) {
    PersonDocument document() {
        PersonActivity activity = PersonActivity.of(call, user);
        return new PersonDocument(
                Instant.ofEpochMilli(Time.currentTimeMillis()),
                UserView.forCaller(call, user),
                attributes(),
                roles(),
                List.copyOf(new GroupPaths(session()).of(List.of(user.getId())).getOrDefault(user.getId(), List.of())),
                organizations(),
                CredentialView.of(user),
                user.getRequiredActionsStream().sorted().toList(),
                failedLogins(),
                directory(),
                consents(),
                identityProviders(),
                sessions(),
                activity.entries(),
                activity.isCut(),
                codes(),
                mails(),
                Invitations.viewOf(session(), call.settings(), user).stream().toList(),
                new TotpSetups(session()).expiryOfWaiting(user).orElse(null));
    }

    private KeycloakSession session() {
        return call.session();
    }

    private Map<String, List<String>> attributes() {
        UserProfileContext reader =
                call.caller().isSelf(user.getId()) ? UserProfileContext.ACCOUNT : UserProfileContext.USER_API;
        Map<String, List<String>> sorted = new TreeMap<>();
        ReadableProfile.of(session(), user, reader).attributes().forEach((name, values) -> {
            List<String> texts = values.stream().filter(Objects::nonNull).toList();
            if (!texts.isEmpty()) {
                sorted.put(name, texts);
            }
        });
        return sorted;
    }

    private List<PersonDocument.HeldRole> roles() {
        Set<RoleModel> direct = user.getRoleMappingsStream().collect(Collectors.toSet());
        return HeldRoles.all(user).stream()
                .map(role -> new PersonDocument.HeldRole(
                        role.getName(),
                        role.getContainer() instanceof ClientModel client ? client.getClientId() : null,
                        direct.contains(role)))
                .sorted(Comparator.comparing(
                                PersonDocument.HeldRole::clientId, Comparator.nullsFirst(Comparator.naturalOrder()))
                        .thenComparing(PersonDocument.HeldRole::name))
                .toList();
    }

    private List<PersonDocument.Membership> organizations() {
        if (!Profile.isFeatureEnabled(Profile.Feature.ORGANIZATION)) {
            return List.of();
        }
        return session()
                .getProvider(OrganizationProvider.class)
                .getByMember(user)
                .map(organization -> new PersonDocument.Membership(
                        organization.getName(), organization.getAlias(), organization.isManaged(user)))
                .toList();
    }

    private PersonDocument.FailedLogins failedLogins() {
        UserLoginFailureModel failures = session().loginFailures().getUserLoginFailure(call.realm(), user.getId());
        return failures == null
                ? new PersonDocument.FailedLogins(0, null, null)
                : new PersonDocument.FailedLogins(
                        failures.getNumFailures(),
                        failures.getLastIPFailure(),
                        instant(failures.getLastFailure() == 0 ? null : failures.getLastFailure()));
    }

    private String directory() {
        String link =
                StorageId.isLocalStorage(user.getId()) ? user.getFederationLink() : StorageId.providerId(user.getId());
        ComponentModel directory = link == null ? null : call.realm().getComponent(link);
        return directory == null ? null : directory.getName();
    }

    private List<PersonDocument.Consent> consents() {
        return session()
                .users()
                .getConsentsStream(call.realm(), user.getId())
                .map(PersonReader::consent)
                .toList();
    }

    private static PersonDocument.Consent consent(UserConsentModel consent) {
        return new PersonDocument.Consent(
                consent.getClient().getClientId(),
                consent.getGrantedClientScopes().stream()
                        .map(ClientScopeModel::getName)
                        .sorted()
                        .toList(),
                instant(consent.getCreatedDate()),
                instant(consent.getLastUpdatedDate()));
    }

    private List<PersonDocument.LinkedIdentity> identityProviders() {
        return session()
                .users()
                .getFederatedIdentitiesStream(call.realm(), user)
                .map(identity -> new PersonDocument.LinkedIdentity(
                        identity.getIdentityProvider(), identity.getUserName(), identity.getUserId()))
                .toList();
    }

    private List<PersonDocument.Session> sessions() {
        return new UserSessions(session(), call.realm())
                .of(user).stream().map(PersonReader::session).toList();
    }

    private static PersonDocument.Session session(UserSessionModel session) {
        return new PersonDocument.Session(
                session.isOffline(),
                session.getAuthenticatedClientSessions().values().stream()
                        .map(AuthenticatedClientSessionModel::getClient)
                        .filter(Objects::nonNull)
                        .map(ClientModel::getClientId)
                        .sorted()
                        .toList(),
                session.getIpAddress(),
                Instant.ofEpochSecond(session.getStarted()),
                Instant.ofEpochSecond(session.getLastSessionRefresh()));
    }

    private List<PersonDocument.Code> codes() {
        return PendingCode.of(session(), user).stream()
                .map(code ->
                        new PersonDocument.Code(code.purpose(), code.email(), code.requestedAt(), code.expiresAt()))
                .toList();
    }

    private List<PersonDocument.Mail> mails() {
        return QueuedMail.of(session(), user).stream()
                .map(mail ->
                        new PersonDocument.Mail(mail.kind(), mail.recipient().orElse(null), mail.createdAt()))
                .toList();
    }

    private static Instant instant(Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
