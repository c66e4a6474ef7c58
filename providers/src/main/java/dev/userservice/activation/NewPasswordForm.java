package dev.userservice.activation;

import dev.userservice.codes.ActionTokenPage;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.CodeToken;
import dev.userservice.codes.ContinueLink;
import dev.userservice.password.PasswordFormat;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.FormMessage;
import org.keycloak.services.messages.Messages;

/** The form behind a mailed link that asks for a new password, twice. */
public record NewPasswordForm(LoginFormsProvider page, UserModel user, ActionTokenContext<CodeToken> context) {
    private static final String PAGE = "user-service-reset-password.ftl";

    /** The names of the fields, which are the same as on Keycloak's own pages. */
    private static final String PASSWORD = "password-new";

    private static final String CONFIRMATION = "password-confirm";

    /** Whether the submitted form is this one. */
    static boolean isIn(MultivaluedMap<String, String> fields) {
        return fields.containsKey(PASSWORD);
    }

    public Response ask() {
        return ActionTokenPage.form(PAGE, page.setAttribute("username", user.getUsername()), context);
    }

    /**
     * Redeems the code for the submitted password, or shows the form again with the mistakes in it.
     *
     * @return empty if the code is no longer valid
     */
    public Optional<Response> take(CodeToken token, CodePurpose purpose, Optional<ContinueLink> onward) {
        MultivaluedMap<String, String> fields = context.getRequest().getDecodedFormParameters();
        String password = password(fields);
        List<FormMessage> mistakes = mistakes(fields);
        if (!mistakes.isEmpty()) {
            page.setErrors(mistakes);
            return Optional.of(ask());
        }
        PasswordByMail.Outcome outcome = new PasswordByMail(context.getSession())
                .redeem(
                        token.code(),
                        purpose,
                        password,
                        context.getSession().getContext().resolveLocale(user),
                        Optional.ofNullable(context.getAuthenticationSession().getClient()));
        if (!outcome.complaints().isEmpty()) {
            page.setErrors(complaints(outcome.complaints()));
            return Optional.of(ask());
        }
        return outcome.isDone()
                ? Optional.of(ActionTokenPage.last(
                        Response.Status.OK,
                        "userServiceResetDoneHeader",
                        page.setSuccess("userServiceResetDone"),
                        onward))
                : Optional.empty();
    }

    /** Returns the submitted password; null if there is none. */
    public static String password(MultivaluedMap<String, String> fields) {
        return fields.getFirst(PASSWORD);
    }

    /** Returns what the password rules complain of, at the field of the password. */
    public static List<FormMessage> complaints(List<String> complaints) {
        return complaints.stream()
                .map(complaint -> new FormMessage(PASSWORD, complaint))
                .toList();
    }

    /** Returns the mistakes in the submitted fields that are found before the password rules are checked. */
    public static List<FormMessage> mistakes(MultivaluedMap<String, String> fields) {
        String password = password(fields);
        List<FormMessage> mistakes = new ArrayList<>();
        if (password == null || password.isBlank()) {
            mistakes.add(new FormMessage(PASSWORD, Messages.MISSING_PASSWORD));
        } else if (!PasswordFormat.isFit(password)) {
            mistakes.add(new FormMessage(PASSWORD, "userServicePasswordUnfit", PasswordFormat.MAX_LENGTH));
        } else if (!password.equals(fields.getFirst(CONFIRMATION))) {
            mistakes.add(new FormMessage(CONFIRMATION, Messages.NOTMATCH_PASSWORD));
        }
        return mistakes;
    }
}
