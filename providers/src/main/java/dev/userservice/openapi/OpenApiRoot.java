package dev.userservice.openapi;

import dev.userservice.account.ActivationResource;
import dev.userservice.account.AuthCheckResource;
import dev.userservice.account.PasswordResetResource;
import dev.userservice.account.RegistrationResource;
import dev.userservice.account.SessionResource;
import dev.userservice.activity.ActivityResource;
import dev.userservice.activity.DailyActivityResource;
import dev.userservice.api.HealthResource;
import dev.userservice.docs.DocsResource;
import dev.userservice.invitations.AcceptanceResource;
import dev.userservice.invitations.InvitationsResource;
import dev.userservice.metrics.MetricsResource;
import dev.userservice.mfa.MfaResource;
import dev.userservice.moving.ExportResource;
import dev.userservice.moving.ImportResource;
import dev.userservice.moving.PersonResource;
import dev.userservice.sessions.SessionsResource;
import dev.userservice.users.OwnAccountResource;
import dev.userservice.users.PendingEmailResource;
import dev.userservice.users.UserActionsResource;
import dev.userservice.users.UserChangesResource;
import dev.userservice.users.UserListResource;
import dev.userservice.users.UsersResource;
import jakarta.ws.rs.Path;

/**
 * The root from which the generator of the OpenAPI document finds the resources, all but those that serve pages. It is
 * not in the jar, where a class with a path would be a root resource of the whole server.
 */
@Path("/")
interface OpenApiRoot {
    @Path("")
    SessionResource sessions();

    @Path("")
    RegistrationResource registration();

    @Path("")
    ActivationResource activation();

    @Path("")
    PasswordResetResource passwordReset();

    @Path("")
    UserListResource userList();

    @Path("")
    UsersResource users();

    @Path("")
    UserChangesResource userChanges();

    @Path("")
    UserActionsResource userActions();

    @Path("")
    SessionsResource sessionsOfUsers();

    @Path("")
    OwnAccountResource ownAccount();

    @Path("")
    PendingEmailResource pendingEmail();

    @Path("")
    AuthCheckResource authCheck();

    @Path("")
    ActivityResource activity();

    @Path("")
    DailyActivityResource dailyActivity();

    @Path("")
    MfaResource mfa();

    @Path("")
    InvitationsResource invitations();

    @Path("")
    AcceptanceResource acceptance();

    @Path("")
    ImportResource imports();

    @Path("")
    ExportResource exports();

    @Path("")
    PersonResource person();

    @Path("")
    MetricsResource metrics();

    @Path("")
    HealthResource health();

    @Path("")
    DocsResource docs();
}
