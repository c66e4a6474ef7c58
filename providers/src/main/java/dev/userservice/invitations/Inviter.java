package dev.userservice.invitations;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** The name of whoever has invited a user, for the mail and the page. */
final class Inviter {
    private Inviter() {}

    /**
     * Returns the full name, or the username of a person without one; empty for a service account, and for somebody who no
     * longer exists.
     */
    static Optional<String> of(KeycloakSession session, InvitationEntity row) {
        RealmModel home = session.realms().getRealm(row.invitedByRealm());
        UserModel inviter = home == null ? null : session.users().getUserById(home, row.invitedBy());
        return Optional.ofNullable(inviter)
                .filter(person -> person.getServiceAccountClientLink() == null)
                .map(Inviter::name);
    }

    private static String name(UserModel person) {
        String full = Stream.of(person.getFirstName(), person.getLastName())
                .filter(Objects::nonNull)
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
        return full.isEmpty() ? person.getUsername() : full;
    }
}
