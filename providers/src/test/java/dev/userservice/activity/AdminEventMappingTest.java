package dev.userservice.activity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;

final class AdminEventMappingTest {
    private static UserEventMapping.Entry of(
            ResourceType resource, OperationType operation, String path, Map<String, String> notes) {
        AdminEvent event = new AdminEvent();
        event.setResourceType(resource);
        event.setOperationType(operation);
        event.setResourcePath(path);
        return AdminEventMapping.of(event, notes);
    }

    private static UserEventMapping.Entry of(ResourceType resource, OperationType operation, String path) {
        return of(resource, operation, path, Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "CREATE, users/u-1, USER_CREATED",
        "CREATE, scim/v2/Users/u-1, USER_CREATED",
        "UPDATE, scim/v2/Users/u-1, UPDATE_USER",
        "DELETE, scim/v2/Users/u-1, USER_DELETED"
    })
    void aUserIsTheOneOfThePathByWhateverWayIn(OperationType operation, String path, Action action) {
        UserEventMapping.Entry entry = of(ResourceType.USER, operation, path);
        assertEquals(action, entry.action());
        assertEquals("u-1", entry.userId());
    }

    @ParameterizedTest
    @CsvSource({
        "CREATE, users/u-1, invited, USER_INVITED",
        "ACTION, users/u-1/invitation, none, INVITATION_RESENT",
        "DELETE, users/u-1, revoked, INVITATION_REVOKED"
    })
    void whatIsDoneByAnInvitationIsNamedAfterIt(OperationType operation, String path, String note, Action action) {
        UserEventMapping.Entry entry = of(ResourceType.USER, operation, path, Map.of(note, "true"));
        assertEquals(action, entry.action());
        assertEquals("u-1", entry.userId());
    }

    @Test
    void anInvitationToAnOrganizationIsNoMembership() {
        UserEventMapping.Entry entry =
                of(ResourceType.ORGANIZATION_MEMBERSHIP, OperationType.ACTION, "organizations/o-1/members/invite-user");
        assertEquals(Action.CONFIG_CHANGED, entry.action());
        assertNull(entry.userId());
    }
}
