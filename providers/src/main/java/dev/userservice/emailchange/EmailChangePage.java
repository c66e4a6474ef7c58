package dev.userservice.emailchange;

import dev.userservice.codes.ActionTokenPage;
import dev.userservice.codes.CodeToken;
import dev.userservice.codes.ContinueLink;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.sessions.AuthenticationSessionModel;

/** What the two pages about a change of an address have in common. Both act only when their button is pressed. */
record EmailChangePage(
        CodeToken token, ActionTokenContext<CodeToken> context, UserModel user, LoginFormsProvider form) {
    private static final String TEMPLATE = "user-service-email-change.ftl";

    /** Begins a page, which belongs to no login of this browser. */
    static EmailChangePage of(CodeToken token, ActionTokenContext<CodeToken> context) {
        AuthenticationSessionModel login = context.getAuthenticationSession();
        UserModel user = login.getAuthenticatedUser();
        LoginFormsProvider form = context.getSession()
                .getProvider(LoginFormsProvider.class)
                .setAuthenticationSession(login)
                .setUser(user);
        new AuthenticationSessionManager(context.getSession())
                .removeAuthenticationSession(context.getRealm(), login, false);
        return new EmailChangePage(token, context, user, form);
    }

    /** Creates an event of a type, which does not name the user yet. */
    EventBuilder event(EventType type) {
        return AccountEvents.of(context.getSession(), type)
                .client(context.getAuthenticationSession().getClient());
    }

    /** The message keys of a form. */
    record Texts(String header, String question, String button) {}

    /**
     * Shows the form.
     *
     * @param address the address that the question names
     */
    Response ask(Texts texts, String address, boolean asksForPassword) {
        form.setAttribute("formHeader", texts.header())
                .setAttribute("question", texts.question())
                .setAttribute("button", texts.button())
                .setAttribute("address", address)
                .setAttribute("loginName", user.getUsername())
                .setAttribute("asksForPassword", asksForPassword);
        return ActionTokenPage.form(TEMPLATE, form, context);
    }

    Response done(String header, String message) {
        return ActionTokenPage.last(Status.OK, header, form.setSuccess(message), onward());
    }

    Response failed(String message) {
        return ActionTokenPage.last(Status.BAD_REQUEST, "errorTitle", form.setError(message), onward());
    }

    private Optional<ContinueLink> onward() {
        return ContinueLink.of(context.getSession(), Settings.ofThisServer(), token.client());
    }
}
