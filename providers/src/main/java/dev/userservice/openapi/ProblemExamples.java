package dev.userservice.openapi;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Examples of an operation's problems, where a status means more than it says by itself, or something else. */
final class ProblemExamples {
    private static final Example INACTIVE =
            unauthorized("inactive", "The right password, and the account awaits activation", "Account is inactive");

    private static final Example TAKEN = new Example(
            "taken",
            "Somebody has the username or e-mail address",
            ApiProblem.conflict(
                    "The username or e-mail address is taken", new FieldErrors().add("email", "It is taken")));
    private static final Example LAST =
            conflict("last", "Nobody else could manage the tenant", "This is the last active user with the role admin");
    private static final Example HELD = new Example(
            "held",
            "A higher role comes from a group or another role, which this does not take away",
            ApiProblem.conflict(
                    "The user has the role admin by a group or another role",
                    new FieldErrors().add("role", "The user has the role admin by a group or another role")));
    private static final Example INVITATION_ACCEPTED =
            conflict("accepted", "The person has accepted", "The invitation has been accepted");
    private static final Example INVITATION_REVOKED =
            conflict("revoked", "It was revoked before", "The invitation has been revoked");
    private static final Example ENABLED =
            conflict("enabled", "There is one already", "MFA is enabled for this user already");

    private static final Example OLD_LOGIN = new Example(
            "old",
            "The token is valid, and its login is not recent enough",
            ApiProblem.insufficientAuthentication(600));
    private static final Example TOKEN = new Example("token", "The token is not valid", ApiProblem.invalidToken());

    /** The operations that need a recent login. */
    private static final List<String> STEP_UP = List.of(
            "updateOwnUser",
            "changeOwnPassword",
            "deleteOwnUser",
            "updateUser",
            "patchUser",
            "deleteUser",
            "deleteUserById",
            "deleteUserByIdentifier",
            "endOwnSessions",
            "endOwnSession",
            "endUserSessions",
            "endUserSession",
            "enableMfa",
            "verifyMfa",
            "showMfa",
            "disableMfa");

    /** The examples, by the operation's id and the status, separated by a blank. */
    private static final Map<String, List<Example>> EXAMPLES = Map.ofEntries(
            Map.entry(
                    "login 401",
                    List.of(
                            unauthorized(
                                    "wrong",
                                    "A wrong password; an unknown, disabled or locked user is answered alike",
                                    "Invalid credentials"),
                            INACTIVE,
                            new Example(
                                    "mfa",
                                    "The right password, and a one-time code is needed",
                                    ApiProblem.unauthorized("A one-time code is needed")
                                            .with("mfa_required", true)),
                            new Example(
                                    "action",
                                    "The right password, and something has to be done in the browser first",
                                    ApiProblem.unauthorized("Something has to be done in the browser before this login")
                                            .with("required_actions", List.of("UPDATE_PASSWORD"))))),
            Map.entry(
                    "checkPassword 401",
                    List.of(
                            unauthorized(
                                    "wrong",
                                    "A wrong password, or nobody whom the caller may see",
                                    "Invalid credentials"),
                            INACTIVE,
                            new Example("token", "The caller's own token is not good", ApiProblem.invalidToken()))),
            Map.entry("register 409", List.of(TAKEN)),
            Map.entry("createUser 409", List.of(TAKEN)),
            Map.entry(
                    "inviteUser 409",
                    List.of(
                            TAKEN,
                            new Example(
                                    "invited",
                                    "An invitation to this address can still be accepted, or was not revoked",
                                    ApiProblem.conflict(
                                            "This address is invited already: send the invitation again, or revoke it",
                                            new FieldErrors().add("email", "Email already exists."))),
                            conflict(
                                    "inactive",
                                    "The tenant has no activation",
                                    "This tenant has no activation, so that nobody can be invited"))),
            Map.entry("resendInvitation 409", List.of(INVITATION_ACCEPTED, INVITATION_REVOKED)),
            Map.entry("revokeInvitation 409", List.of(INVITATION_ACCEPTED, INVITATION_REVOKED)),
            Map.entry("updateOwnUser 409", List.of(TAKEN)),
            Map.entry("proveOwnEmail 409", List.of(TAKEN)),
            Map.entry("updateUser 409", List.of(TAKEN, HELD, LAST)),
            Map.entry("patchUser 409", List.of(TAKEN, HELD, LAST)),
            Map.entry(
                    "deleteOwnUser 403",
                    List.of(new Example(
                            "off",
                            "The tenant's setting self-deletion is off",
                            ApiProblem.forbidden("This tenant does not let people delete themselves")
                                    .with("self_deletion", false)))),
            Map.entry("deleteOwnUser 409", List.of(LAST)),
            Map.entry("deleteUser 409", List.of(LAST)),
            Map.entry("deleteUserById 409", List.of(LAST)),
            Map.entry("deleteUserByIdentifier 409", List.of(LAST)),
            Map.entry("enableMfa 409", List.of(ENABLED)),
            Map.entry("verifyMfa 409", List.of(ENABLED)),
            Map.entry(
                    "showMfa 409",
                    List.of(conflict(
                            "accepted",
                            "The first code was accepted",
                            "The first code was accepted; the secret is not shown again"))),
            Map.entry(
                    "disableMfa 409",
                    List.of(conflict(
                            "demanded",
                            "A role of the caller's demands it",
                            "A role of yours demands one-time codes"))));

    private ProblemExamples() {}

    /** One possible content of a problem response. */
    record Example(String name, String summary, ApiProblem problem) {}

    /** Returns the examples; none if the status says everything. */
    static List<Example> of(String operationId, String status) {
        if (status.equals("401") && STEP_UP.contains(operationId)) {
            return List.of(OLD_LOGIN, TOKEN);
        }
        return EXAMPLES.getOrDefault(operationId + " " + status, List.of());
    }

    /** Returns the keys of the examples that belong to none of these operations. */
    static List<String> without(Stream<String> operationIds) {
        List<String> lost = new ArrayList<>(EXAMPLES.keySet());
        STEP_UP.forEach(id -> lost.add(id + " 401"));
        operationIds.forEach(id -> lost.removeIf(key -> key.startsWith(id + " ")));
        return lost;
    }

    private static Example unauthorized(String name, String summary, String detail) {
        return new Example(name, summary, ApiProblem.unauthorized(detail));
    }

    private static Example conflict(String name, String summary, String detail) {
        return new Example(name, summary, ApiProblem.conflict(detail));
    }
}
