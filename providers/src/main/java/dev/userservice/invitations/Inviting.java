package dev.userservice.invitations;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.activation.ActivationCodes;
import dev.userservice.activation.Invited;
import dev.userservice.codes.CodePolicy;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.CodeRequestResult;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.mail.MailContext;
import dev.userservice.mail.Outbox;
import dev.userservice.users.UserAdministration;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** What admins and vendors do with invitations. Each change is made completely or not at all. */
public record Inviting(ApiCall call) {
    private static final String ACCEPTED = "The invitation has been accepted";
    private static final String REVOKED = "The invitation has been revoked";

    /** A new invitation and its user. */
    record Result(UserModel user, InvitationEntity row) {}

    /**
     * Creates a user without a password, and queues the mail with the link by which the person chooses one.
     *
     * @throws ApiProblem 403 for a role above the caller's, 400 for invalid fields, 409 for a username or an email
     *     address that is taken, and in a realm without activation
     */
    public UserModel invite(InvitationRequest request) {
        return begin(request).user();
    }

    Result begin(InvitationRequest request) {
        if (!new ActivationCodes(call.session(), call.settings()).isKnown()) {
            throw ApiProblem.conflict("This tenant has no activation, so that nobody can be invited");
        }
        FieldErrors errors = request.validate();
        checkClient(request.clientId(), errors);
        checkLocale(request.locale(), errors);
        AtomicReference<InvitationEntity> row = new AtomicReference<>();
        UserModel user =
                new InvitedUserCreation(call).create(request, errors, created -> row.set(record(created, request)));
        return new Result(user, row.get());
    }

    private InvitationEntity record(UserModel user, InvitationRequest request) {
        Invitation invitation = new Invitation(
                request.role(),
                request.clientId(),
                call.caller().user().getId(),
                call.caller().client().getRealm().getId());
        OneTimeCodes codes = new OneTimeCodes(call.session());
        queue(codes.askFirst(user, CodePurpose.INVITATION, policy()), user, request.clientId());
        return invitations().add(realm(), user, invitation);
    }

    private void queue(CodeRequestResult asked, UserModel user, String clientId) {
        String code = asked.request()
                .orElseThrow(() -> ApiProblem.tooManyRequests(
                        asked.timeLeft(), "The last mail was sent a short while ago; try again later"));
        // The mail is in the language of the invited person or of the realm, whatever that of the admin is.
        MailContext origin = MailContext.withoutRequest(call.session());
        new Outbox(call.session())
                .add(
                        InvitationMail.KIND,
                        user,
                        code,
                        new MailContext(origin.baseUrl(), origin.locale(), clientId, null, null));
    }

    /**
     * Queues another mail for an invitation that was not accepted, even if it has expired. Its lifetime begins anew.
     *
     * @throws ApiProblem 403 or 404 for a user whom the caller may not manage; 404 for an unknown invitation; 409 for one
     *     that was accepted or revoked, or whose user is disabled; 429 if the last mail was requested a short while ago
     */
    InvitationView resend(String id) {
        InvitationEntity row = find(id).row();
        UserModel user = open(row);
        if (!user.isEnabled()) {
            throw ApiProblem.conflict("The invited user is disabled");
        }
        queue(new OneTimeCodes(call.session()).ask(user, CodePurpose.INVITATION, policy()), user, row.clientId());
        invitations().sent(realm(), row, user);
        new AdminEvents(call).invitationResent(user);
        return InvitationView.of(row, InvitationState.SENT);
    }

    /**
     * Revokes an invitation that was not accepted, and deletes its user.
     *
     * @param isErased whether the invitation and the person are forgotten as well, here and in the activity log; this is
     *     also possible for an invitation that was revoked before
     * @throws ApiProblem 403 or 404 for a user whom the caller may not manage; 404 for an unknown invitation; 409 for one
     *     that was accepted or revoked
     */
    void revoke(String id, boolean isErased) {
        InvitationEntity row = find(id).row();
        if (isErased && row.userId() == null) {
            new UserAdministration(call).eraseDeleted(row.formerUserId());
            return;
        }
        UserModel user = open(row);
        // A mail of the invitation may be sent at this moment. Invitations describes the order.
        new OneTimeCodes(call.session()).drop(user, CodePurpose.INVITATION);
        if (isErased) {
            invitations().delete(row);
        } else {
            invitations().revoked(realm(), row);
        }
        new UserAdministration(call).delete(user, isErased, Map.of(AdminEvents.REVOKED, "true"));
    }

    private Invitations.Found find(String id) {
        call.caller().users().requireCreateUsers();
        return invitations().byId(realm(), id).orElseThrow(() -> ApiProblem.notFound("Invitation not found"));
    }

    /** Locks the user of an invitation that can be accepted. */
    private UserModel open(InvitationEntity row) {
        if (row.userId() == null) {
            throw ApiProblem.conflict(REVOKED);
        }
        UserModel user = new UserAdministration(call).lock(call.caller().users().requireManage(row.userId()));
        if (!Invited.is(user)) {
            throw ApiProblem.conflict(ACCEPTED);
        }
        return user;
    }

    /** Checks that people can log in to the client in a browser. */
    private void checkClient(String clientId, FieldErrors errors) {
        if (clientId == null) {
            return;
        }
        ClientModel client = realm().getClientByClientId(clientId);
        if (client == null || !FirstLogin.isPossibleAt(client)) {
            errors.addUnlessKnown("client_id", "This is not a client to which people log in");
        }
    }

    /** Checks the language, which Keycloak's user profile takes as any text. */
    private void checkLocale(String locale, FieldErrors errors) {
        if (locale != null && realm().getSupportedLocalesStream().noneMatch(locale::equals)) {
            errors.addUnlessKnown("locale", "This is not a language of the tenant");
        }
    }

    private CodePolicy policy() {
        return CodePolicy.of(CodePurpose.INVITATION, realm(), call.settings());
    }

    private Invitations invitations() {
        return new Invitations(call.session(), call.settings());
    }

    private RealmModel realm() {
        return call.realm();
    }
}
