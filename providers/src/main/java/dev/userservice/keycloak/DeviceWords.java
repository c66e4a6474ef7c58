package dev.userservice.keycloak;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.device.DeviceActivityManager;
import org.keycloak.device.DeviceRepresentationProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.account.DeviceRepresentation;

/**
 * What somebody logged in with, in words, as far as Keycloak's parser of user agents knows it.
 *
 * @param browser the browser or other program, such as {@code Firefox 145.0}
 * @param system the operating system, such as {@code Windows 11}
 */
public record DeviceWords(Optional<String> browser, Optional<String> system) {
    /** The name that Keycloak's parser of user agents gives what it does not know. */
    private static final String OTHER = "Other";

    /** Matches a dot that could make a mail program turn a name into a link. */
    private static final Pattern DOT_OF_NAME = Pattern.compile("\\.(?=\\p{L})");

    /** Returns the words for the login that has started a session. */
    public static DeviceWords of(UserSessionModel session) {
        return of(DeviceActivityManager.getCurrentDevice(session));
    }

    /** Returns the words for the current request. */
    public static DeviceWords ofRequest(KeycloakSession session) {
        return of(session.getProvider(DeviceRepresentationProvider.class).deviceRepresentation());
    }

    private static DeviceWords of(DeviceRepresentation known) {
        Optional<DeviceRepresentation> device = Optional.ofNullable(known);
        return new DeviceWords(
                // Keycloak separates name and version by a slash.
                device.map(DeviceRepresentation::getBrowser)
                        .map(name -> name.replace('/', ' '))
                        .flatMap(DeviceWords::words),
                device.flatMap(one -> words(Stream.of(one.getOs(), one.getOsVersion())
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining(" ")))));
    }

    /** Returns a name and its version without what Keycloak does not know; empty if the name is not known. */
    private static Optional<String> words(String nameAndVersion) {
        return Optional.of(
                        nameAndVersion.replace(DeviceRepresentation.UNKNOWN, "").strip())
                .filter(words -> !words.isEmpty() && !words.startsWith(OTHER));
    }

    /**
     * Returns the known words as one text for a mail; empty if nothing is known. A client chooses its user agent, so
     * that it could contain the address of a site.
     */
    public Optional<String> inMail() {
        return Optional.of(Stream.of(browser, system).flatMap(Optional::stream).collect(Collectors.joining(", ")))
                .filter(words -> !words.isEmpty())
                .map(words -> DOT_OF_NAME.matcher(words).replaceAll(" "));
    }
}
