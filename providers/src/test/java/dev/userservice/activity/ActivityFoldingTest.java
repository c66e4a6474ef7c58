package dev.userservice.activity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ActivityFoldingTest {
    private static Activity told(Action action, String user, ActivityDetails details) {
        return new Activity(
                action, "realm", "tenant", user, null, new Activity.Origin(null, null, null, null), details, 0);
    }

    private static Activity told(Action action) {
        return told(action, "alice", new ActivityDetails());
    }

    private static List<String> folded(Activity... told) {
        return ActivityFolding.folded(List.of(told)).stream()
                .map(row -> row.action().id() + " " + row.details().json())
                .toList();
    }

    @Test
    void sessionsThatEndOnTheWayArePartOfWhatEndsThem() {
        List<String> one = List.of("update_password {\"sessions_ended\":2}");
        assertEquals(one, folded(told(Action.LOGOUT), told(Action.LOGOUT), told(Action.UPDATE_PASSWORD)));
        assertEquals(one, folded(told(Action.UPDATE_PASSWORD), told(Action.LOGOUT), told(Action.LOGOUT)));
        assertEquals(one, folded(told(Action.LOGOUT), told(Action.UPDATE_PASSWORD), told(Action.LOGOUT)));
        assertEquals(
                List.of("update_user {\"all_sessions\":true}"),
                folded(
                        told(Action.UPDATE_USER),
                        told(Action.LOGOUT, "alice", new ActivityDetails().flag("all_sessions", true))));
    }

    @Test
    void aLogoutOfAllDevicesIsOne() {
        assertEquals(
                List.of("logout {\"sessions_ended\":3}"),
                folded(told(Action.LOGOUT), told(Action.LOGOUT), told(Action.LOGOUT)));
        assertEquals(List.of("logout null"), folded(told(Action.LOGOUT)));
    }

    @Test
    void aLoginThatReplacesASessionIsTwo() {
        assertEquals(List.of("logout null", "login null"), folded(told(Action.LOGOUT), told(Action.LOGIN)));
    }

    @Test
    void twinsAreOneAndSayWhatBothKnow() {
        assertEquals(
                List.of("role_changed {\"from\":\"user\",\"to\":\"admin\"}"),
                folded(
                        told(Action.ROLE_CHANGED, "alice", new ActivityDetails().text("from", "user")),
                        told(Action.ROLE_CHANGED, "alice", new ActivityDetails().text("to", "admin"))));
        assertEquals(
                List.of(
                        "update_profile {\"changes\":{\"email\":{\"from\":\"a\",\"to\":\"b\"},\"last_name\":{\"from\":null,\"to\":\"c\"}}}"),
                folded(
                        told(
                                Action.UPDATE_PROFILE,
                                "alice",
                                new ActivityDetails().changes(Map.of("email", new ActivityDetails.Change("a", "b")))),
                        told(
                                Action.UPDATE_PROFILE,
                                "alice",
                                new ActivityDetails()
                                        .changes(Map.of("last_name", new ActivityDetails.Change(null, "c"))))));
    }

    @Test
    void whatAnInvitationBringsIsPartOfIt() {
        assertEquals(
                List.of("user_invited {\"role\":\"admin\"}"),
                folded(
                        told(Action.USER_INVITED, "alice", new ActivityDetails().text("role", "admin")),
                        told(Action.ROLE_CHANGED, "alice", new ActivityDetails().text("to", "admin"))));
        assertEquals(
                List.of("invitation_accepted null"),
                folded(told(Action.INVITATION_ACCEPTED), told(Action.UPDATE_PASSWORD)));
        assertEquals(
                List.of("invitation_revoked null"), folded(told(Action.INVITATION_REVOKED), told(Action.USER_DELETED)));
    }

    @Test
    void theRoleOfANewUserIsPartOfTheUser() {
        assertEquals(
                List.of("user_created {\"role\":\"admin\"}"),
                folded(
                        told(Action.USER_CREATED, "alice", new ActivityDetails().text("role", "admin")),
                        told(Action.ROLE_CHANGED, "alice", new ActivityDetails().text("to", "admin"))));
    }

    @Test
    void aRoleAndFieldsAreTwo() {
        assertEquals(
                List.of("update_user null", "role_changed null"),
                folded(told(Action.UPDATE_USER), told(Action.ROLE_CHANGED)));
    }

    @Test
    void whatHappensToOthersOrToNobodyIsNotFolded() {
        assertEquals(
                3,
                ActivityFolding.folded(List.of(
                                told(Action.UPDATE_PASSWORD),
                                told(Action.LOGOUT, "bob", new ActivityDetails()),
                                told(Action.LOGOUT, null, new ActivityDetails())))
                        .size());
        assertEquals(
                2,
                ActivityFolding.folded(List.of(
                                told(Action.CONFIG_CHANGED, null, new ActivityDetails()),
                                told(Action.CONFIG_CHANGED, null, new ActivityDetails())))
                        .size());
        assertNull(told(Action.LOGIN).details().json());
    }
}
