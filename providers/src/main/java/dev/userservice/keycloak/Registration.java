package dev.userservice.keycloak;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.policy.PasswordPolicyProvider;
import org.keycloak.policy.PolicyError;
import org.keycloak.services.messages.Messages;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;
import org.keycloak.userprofile.ValidationException;
import org.keycloak.utils.StringUtil;

/** Registration, by the rules of the tenant's user profile and password policy, as on Keycloak's own page. */
public final class Registration {
    private static final String NOT_EMAIL_POLICY = "notEmail";
    private static final String PASSWORD = "password";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final Activation activation;
    private final Optional<ClientModel> client;

    public Registration(ApiCall call) {
        this.session = call.session();
        this.realm = call.realm();
        this.activation = call.activation();
        this.client = call.tenancy().apiClient();
    }

    /**
     * Makes the user, whose account awaits activation then.
     *
     * @param errors what is wrong with the request already: it is answered together with what the tenant's rules say
     * @throws ApiProblem 403 if the realm does not let people register, 400 for invalid fields, 409 for a username or an
     *     e-mail address that is taken
     */
    public UserModel register(NewUser candidate, FieldErrors errors) {
        EventBuilder event = event(candidate);
        if (!realm.isRegistrationAllowed()) {
            event.error(Errors.REGISTRATION_DISABLED);
            throw ApiProblem.forbidden("This tenant does not let people register");
        }
        FieldErrors taken = new FieldErrors();
        UserProfile profile = check(candidate, errors, taken);
        if (!errors.isEmpty()) {
            event.error(Errors.INVALID_REGISTRATION);
            throw errors.and(taken).problem();
        }
        if (!taken.isEmpty()) {
            event.error(taken.has(candidate.field(UserModel.EMAIL)) ? Errors.EMAIL_IN_USE : Errors.USERNAME_IN_USE);
            throw ApiProblem.conflict("The username or e-mail address is taken", taken);
        }
        UserModel user = create(profile, event);
        setPassword(user, candidate, event);
        activation.start(user, MailOrigin.of(session, user, null));
        event.user(user).detail(Details.USERNAME, user.getUsername()).success();
        return user;
    }

    private EventBuilder event(NewUser candidate) {
        EventBuilder event = new EventBuilder(
                        realm, session, session.getContext().getConnection())
                .event(EventType.REGISTER)
                .detail(Details.REGISTER_METHOD, "api")
                .detail(Details.USERNAME, candidate.attributes().get(UserModel.USERNAME))
                .detail(Details.EMAIL, candidate.attributes().get(UserModel.EMAIL));
        client.ifPresent(event::client);
        return event;
    }

    private UserProfile check(NewUser candidate, FieldErrors errors, FieldErrors taken) {
        Map<String, String> attributes = new HashMap<>(candidate.attributes());
        if (!realm.isRegistrationEmailAsUsername()) {
            attributes.computeIfAbsent(UserModel.USERNAME, none -> attributes.get(UserModel.EMAIL));
        }
        UserProfile profile = profile(attributes);
        Optional<ValidationException> refused = refusal(profile);
        boolean isOurs =
                !candidate.attributes().containsKey(UserModel.USERNAME) && !realm.isRegistrationEmailAsUsername();
        boolean isItsFault = refused.filter(
                        why -> why.isAttributeOnError(UserModel.USERNAME) && !why.hasError(Messages.EMAIL_EXISTS))
                .isPresent();
        if (isOurs && isItsFault) {
            // Not every e-mail address can be a username, and it may be somebody's already who has another address.
            // As nobody has asked for this username, any other will do.
            attributes.put(UserModel.USERNAME, UUID.randomUUID().toString());
            profile = profile(attributes);
            refused = refusal(profile);
        }
        ValidationTexts texts = new ValidationTexts(session, realm);
        refused.ifPresent(why -> why.getErrors().forEach(error -> {
            boolean isTaken =
                    Stream.of(Messages.USERNAME_EXISTS, Messages.EMAIL_EXISTS).anyMatch(error.getMessage()::equals);
            (isTaken ? taken : errors)
                    .addUnlessKnown(
                            candidate.field(error.getAttribute()),
                            texts.of(error.getMessage(), error.getMessageParameters()));
        }));
        if (!errors.has(PASSWORD)) {
            checkPassword(candidate, attributes.get(UserModel.USERNAME), errors, texts);
        }
        return profile;
    }

    private UserProfile profile(Map<String, String> attributes) {
        return session.getProvider(UserProfileProvider.class).create(UserProfileContext.REGISTRATION, attributes);
    }

    private static Optional<ValidationException> refusal(UserProfile profile) {
        try {
            profile.validate();
            return Optional.empty();
        } catch (ValidationException e) {
            return Optional.of(e);
        }
    }

    /** Asks each policy, where Keycloak's own check stops at the first that refuses. */
    private void checkPassword(NewUser candidate, String username, FieldErrors errors, ValidationTexts texts) {
        String email = candidate.attributes().get(UserModel.EMAIL);
        for (String id : realm.getPasswordPolicy().getPolicies()) {
            PolicyError error = session.getProvider(PasswordPolicyProvider.class, id)
                    .validate(id.equals(NOT_EMAIL_POLICY) ? email : username, candidate.password());
            if (error != null) {
                errors.add(PASSWORD, texts.of(error.getMessage(), error.getParameters()));
            }
        }
    }

    private UserModel create(UserProfile profile, EventBuilder event) {
        try {
            UserModel user = profile.create(false);
            // Now, while it can be told from other failures: two who register one address meet here.
            session.getProvider(JpaConnectionProvider.class).getEntityManager().flush();
            user.setEnabled(true);
            return user;
        } catch (ModelDuplicateException e) {
            event.error(Errors.EMAIL_IN_USE);
            throw ApiProblem.conflict("The username or e-mail address is taken", new FieldErrors());
        }
    }

    /** Some policies can judge only now that there is a user; the answer takes the user back again. */
    private void setPassword(UserModel user, NewUser candidate, EventBuilder event) {
        try {
            user.credentialManager().updateCredential(UserCredentialModel.password(candidate.password()));
        } catch (ModelException e) {
            event.error(Errors.PASSWORD_REJECTED);
            throw ApiProblem.invalid(
                    PASSWORD, new ValidationTexts(session, realm).of(e.getMessage(), e.getParameters()));
        }
    }

    /** Would a login lose a part of this password? Keycloak's token endpoint takes such characters out of all that it gets. */
    public static boolean survivesALogin(String password) {
        return password.equals(StringUtil.removeControlCharacters(password));
    }
}
