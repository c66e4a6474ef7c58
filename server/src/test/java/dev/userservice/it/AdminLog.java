package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.List;
import org.keycloak.representations.idm.AdminEventRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;

/** Reads Keycloak's admin events of a tenant, as the admin console shows them. */
final class AdminLog {
    private final Tenant tenant;

    private AdminLog(Tenant tenant) {
        this.tenant = tenant;
    }

    /** Turns on admin events with all their details, and user events too. */
    static AdminLog on(Tenant tenant) {
        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.setAdminEventsEnabled(true);
        realm.setAdminEventsDetailsEnabled(true);
        realm.setEventsEnabled(true);
        tenant.admin().update(realm);
        return new AdminLog(tenant);
    }

    /** Returns the events about a user that Keycloak's own admin API did not cause, oldest first. */
    List<AdminEventRepresentation> about(String userId) {
        return tenant.admin().getAdminEvents().stream()
                .filter(event -> event.getResourcePath().contains(userId)
                        && !event.getAuthDetails().getRealmId().equals(masterId()))
                .sorted(Comparator.comparingLong(AdminEventRepresentation::getTime))
                .toList();
    }

    private String masterId() {
        return tenant.server().admin().realm("master").toRepresentation().getId();
    }

    /** Asserts that these are exactly the events about a user, each as operation, type and path below the user, in any order. */
    void holds(String userId, String... expected) {
        assertEquals(
                List.of(expected).stream().sorted().toList(),
                about(userId).stream()
                        .map(event -> (event.getOperationType() + " " + event.getResourceType() + " "
                                        + event.getResourcePath().replace("users/" + userId, ""))
                                .trim())
                        .sorted()
                        .toList());
    }
}
