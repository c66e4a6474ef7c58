package dev.userservice.web;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The media types that a caller accepts (RFC 9110, section 12.5.1).
 *
 * @param ranges the ranges of the header Accept, all types if it was not sent
 */
public record AcceptedTypes(List<MediaType> ranges) {
    private static final Pattern ZERO = Pattern.compile("0(\\.0{0,3})?");

    /** Reads the header of a call. One that cannot be understood accepts nothing. */
    public static AcceptedTypes of(HttpHeaders headers) {
        try {
            return new AcceptedTypes(headers.getAcceptableMediaTypes());
        } catch (IllegalArgumentException malformed) {
            return new AcceptedTypes(List.of());
        }
    }

    /**
     * Rejects a call that does not accept what it would be answered with. A method that returns a {@code Response} has to ask
     * for that: Quarkus sends the response, whatever the caller accepts.
     *
     * @throws ApiProblem 406
     */
    public void require(MediaType type) {
        if (!include(type)) {
            throw ApiProblem.status(406);
        }
    }

    /** Whether a type is accepted: the range that fits it most closely decides. */
    boolean include(MediaType type) {
        return ranges.stream()
                .filter(range -> range.isCompatible(type))
                .max(Comparator.comparingInt(AcceptedTypes::closeness))
                .filter(range -> !ZERO.matcher(range.getParameters().getOrDefault("q", "1"))
                        .matches())
                .isPresent();
    }

    private static int closeness(MediaType range) {
        return range.isWildcardType() ? 0 : range.isWildcardSubtype() ? 1 : 2;
    }
}
