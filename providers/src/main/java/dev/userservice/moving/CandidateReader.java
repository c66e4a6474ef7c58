package dev.userservice.moving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.userservice.hashes.ImportedHash;
import dev.userservice.hashes.InvalidHashException;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.StrictJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.keycloak.common.util.Time;
import org.keycloak.models.GroupModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.credential.OTPCredentialModel;

/**
 * Reads the fields of lines, for the lines of one batch: what a role or a group of that name is, and whether the caller
 * may give it to somebody, is found out once.
 */
final class CandidateReader {
    private static final int MAX_GROUPS = 100;

    /** How far the clock of the other system may be ahead, in seconds. */
    private static final int CLOCK_SKEW = 300;

    private final Granting granting;
    private final ImportOptions options;
    private final boolean allowsWeak;
    private final Set<String> actions;
    private final Map<String, Supplier<RoleModel>> roles = new HashMap<>();
    private final Map<String, Supplier<GroupModel>> groups = new HashMap<>();

    /**
     * Reads lines.
     *
     * @param allowsWeak whether a user may have a password hash that can be guessed quickly
     */
    CandidateReader(Granting granting, ImportOptions options, boolean allowsWeak) {
        this.granting = granting;
        this.options = options;
        this.allowsWeak = allowsWeak;
        this.actions = granting.realm()
                .getRequiredActionProvidersStream()
                .filter(RequiredActionProviderModel::isEnabled)
                .map(RequiredActionProviderModel::getAlias)
                .collect(Collectors.toSet());
    }

    /**
     * Reads a line.
     *
     * @param newId the id that a new user without one receives
     * @throws ApiProblem 400 that names the fields that are wrong
     */
    Candidate read(long number, UserLine line, String newId) {
        FieldErrors errors = FieldErrors.of(line);
        UserIds.check(line.id(), errors);
        Candidate candidate = new Candidate(
                number,
                line.id() == null ? newId : line.id(),
                line.id() != null,
                LineAttributes.of(line, errors),
                LineAttributes.fieldNames(line),
                Optional.ofNullable(line.role()).flatMap(role(errors)),
                Optional.ofNullable(line.isActive()),
                Optional.ofNullable(line.isEmailVerified()),
                instant("created_at", line.createdAt(), errors),
                instant("last_login", line.lastLogin(), errors),
                totp(line, errors),
                password(line, errors),
                groups(line, errors),
                requiredActions(line, errors));
        errors.throwIfAny();
        return candidate;
    }

    private static Optional<Instant> instant(String field, String text, FieldErrors errors) {
        if (text == null || errors.has(field)) {
            return Optional.empty();
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isBefore(Instant.EPOCH)
                    || time.isAfter(
                            Instant.ofEpochMilli(Time.currentTimeMillis()).plusSeconds(CLOCK_SKEW))) {
                errors.add(field, "This must be a time since 1970 that has passed");
            }
            return Optional.of(time);
        } catch (DateTimeException e) {
            errors.add(field, "This must be a time such as 2024-05-31T12:00:00Z");
            return Optional.empty();
        }
    }

    private static Optional<OTPCredentialModel> totp(UserLine line, FieldErrors errors) {
        if (line.totp() == null) {
            return Optional.empty();
        }
        FieldErrors own = FieldErrors.of(line.totp());
        Optional<OTPCredentialModel> totp = line.totp().credential(own);
        errors.addAll(own.within("totp"));
        return totp;
    }

    private Optional<ImportedHash> password(UserLine line, FieldErrors errors) {
        if (line.passwordHash() == null) {
            if (line.passwordSalt() != null || line.passwordParams() != null) {
                errors.add("password_hash", "This is missing, although there is something that belongs to it");
            }
            return Optional.empty();
        }
        JsonNode params = line.passwordParams();
        if (params != null && !params.isNull() && !params.isObject()) {
            errors.add("password_params", "This must be a JSON object");
            return Optional.empty();
        }
        try {
            ImportedHash hash = ImportedHash.of(
                    Optional.ofNullable(line.passwordFormat())
                            .or(options::passwordFormat)
                            .orElse("auto"),
                    line.passwordHash(),
                    line.passwordSalt(),
                    params == null || params.isNull() ? Map.of() : StrictJson.members(params),
                    Optional.ofNullable(line.passwordPepper())
                            .or(options::passwordPepper)
                            .orElse(null));
            if (hash.isWeak() && !allowsWeak) {
                errors.add("password_hash", "This hash is weak: the tenant's setting weak-hashes does not allow it");
            }
            return Optional.of(hash);
        } catch (InvalidHashException e) {
            errors.add(e.field(), e.getMessage());
            return Optional.empty();
        }
    }

    private Function<String, Optional<RoleModel>> role(FieldErrors errors) {
        return name -> once(roles, name, "role", errors, () -> granting.role(name));
    }

    private Set<GroupModel> groups(UserLine line, FieldErrors errors) {
        if (line.groups() == null) {
            return Set.of();
        }
        if (line.groups().size() > MAX_GROUPS) {
            errors.add("groups", "At most " + MAX_GROUPS + " groups are allowed");
            return Set.of();
        }
        Set<GroupModel> joined = new LinkedHashSet<>();
        for (String path : line.groups()) {
            if (path == null) {
                errors.addUnlessKnown("groups", "This must be a list of paths");
            } else {
                once(groups, path, "groups", errors, () -> granting.group(path)).ifPresent(joined::add);
            }
        }
        return joined;
    }

    private Set<String> requiredActions(UserLine line, FieldErrors errors) {
        if (line.requiredActions() == null) {
            return Set.of();
        }
        Set<String> wanted = new LinkedHashSet<>();
        for (String action : line.requiredActions()) {
            if (action != null && actions.contains(action)) {
                wanted.add(action);
            } else {
                errors.addUnlessKnown("required_actions", "This must be a list of required actions of this tenant");
            }
        }
        return wanted;
    }

    /** Looks something up, or refuses it, once for all lines of the batch. */
    private static <T> Optional<T> once(
            Map<String, Supplier<T>> known, String name, String field, FieldErrors errors, Supplier<T> lookUp) {
        Supplier<T> found = known.get(name);
        if (found == null) {
            found = outcome(lookUp);
            known.put(name, found);
        }
        try {
            return Optional.of(found.get());
        } catch (ApiProblem refusal) {
            errors.addUnlessKnown(
                    field,
                    refusal.errors()
                            .getOrDefault(field, List.of(refusal.getMessage()))
                            .get(0));
            return Optional.empty();
        }
    }

    private static <T> Supplier<T> outcome(Supplier<T> lookUp) {
        try {
            T found = lookUp.get();
            return () -> found;
        } catch (ApiProblem refusal) {
            return () -> {
                throw refusal;
            };
        }
    }
}
