package dev.userservice.invitations;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What has become of an invitation. */
enum InvitationState {
    /** It can be accepted. */
    SENT,

    /** The user has chosen a password, or the account became active in another way. */
    ACCEPTED,

    /** The lifetime is over. A new mail makes it valid again. */
    EXPIRED,

    /** An admin has withdrawn it; the user is deleted. */
    REVOKED;

    /** Returns the name in the API. */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<InvitationState> of(String id) {
        return Stream.of(values()).filter(state -> state.id().equals(id)).findFirst();
    }
}
