package dev.userservice.moving;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.activation.ActivationCodes;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.mail.MailContext;
import dev.userservice.moving.NewUserRows.NewUser;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiProblem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.common.constants.ServiceAccountConstants;
import org.keycloak.models.UserModel;
import org.keycloak.storage.UserStorageProvider;

/** The import of some lines in one transaction: all of them are imported that can be, or none. */
final class ImportBatch {
    private final ApiCall call;
    private final ImportOptions options;
    private final Set<Long> newBefore;
    private final boolean isDryRun;
    private final List<LineRefusal> refused = new ArrayList<>();
    private final List<NewUser> created = new ArrayList<>();
    private final List<Runnable> afterwards = new ArrayList<>();
    private int known;
    private int updated;
    private int unchanged;
    private int skipped;
    private int weak;

    /**
     * Prepares the import.
     *
     * @param call the call in the session of this transaction
     * @param newBefore receives the lines whose users are new; a line that is in it already has been tried before, and
     *     may have been imported although nobody knows
     */
    ImportBatch(ApiCall call, ImportOptions options, boolean isDryRun, Set<Long> newBefore) {
        this.call = call;
        this.options = options;
        this.isDryRun = isDryRun;
        this.newBefore = newBefore;
    }

    /**
     * Imports the lines.
     *
     * @throws ApiProblem 401 or 403 if the caller may not import users any more
     */
    BatchResult run(List<ParsedLine> lines) {
        call.caller().users().requireImport();
        CandidateReader reader = new CandidateReader(
                new CallersGranting(call), options, call.settings().of(call.realm(), Settings.WEAK_HASHES));
        Map<Long, Candidate> candidates = new LinkedHashMap<>();
        for (ParsedLine line : lines) {
            try {
                Candidate candidate = reader.read(line.number(), line.user(), line.newId());
                if (line.isRepeated()) {
                    repeat();
                } else {
                    candidates.put(line.number(), candidate);
                }
            } catch (ApiProblem problem) {
                refused.add(LineRefusal.of(line.number(), problem));
            }
        }
        ExistingUsers existing = new ExistingUsers(call.session(), call.realm(), candidates.values());
        if (!hasDirectory()) {
            FreeNames.assume(call.session());
        }
        Map<Candidate, Optional<String>> matches = matches(candidates.values(), existing);
        if (options.mode() == ImportOptions.Mode.UPDATE) {
            // Two batches that lock the same users in another order would wait for each other.
            LockedUser.hold(
                    call.session(),
                    matches.values().stream().flatMap(Optional::stream).toList());
        }
        matches.forEach((candidate, userId) -> {
            try {
                take(candidate, userId);
            } catch (ApiProblem problem) {
                refused.add(LineRefusal.of(candidate.line(), problem));
            }
        });
        if (isDryRun) {
            call.session().getTransactionManager().setRollbackOnly();
        } else {
            write();
        }
        Counts counts = new Counts(created.size() + known, updated, unchanged, skipped, refused.size(), weak);
        return new BatchResult(counts, List.copyOf(refused));
    }

    /** Counts a line about a user whom only an import would have created by now. */
    private void repeat() {
        boolean isUpdate = options.mode() == ImportOptions.Mode.UPDATE;
        updated += isUpdate ? 1 : 0;
        skipped += isUpdate ? 0 : 1;
    }

    private Map<Candidate, Optional<String>> matches(Collection<Candidate> candidates, ExistingUsers existing) {
        Map<Candidate, Optional<String>> matches = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            try {
                matches.put(candidate, existing.match(candidate));
            } catch (ApiProblem problem) {
                refused.add(LineRefusal.of(candidate.line(), problem));
            }
        }
        return matches;
    }

    /** Whether the realm has users outside its own tables, whom no query finds. */
    private boolean hasDirectory() {
        return call.realm()
                .getComponentsStream(call.realm().getId(), UserStorageProvider.class.getName())
                .anyMatch(component -> component.get("enabled", true));
    }

    private void take(Candidate candidate, Optional<String> userId) {
        if (userId.isEmpty()) {
            requireNoNameOfAClient(candidate);
            created.add(NewUser.of(call.session(), call.realm(), candidate));
            newBefore.add(candidate.line());
            weak += candidate.hasWeakPassword() ? 1 : 0;
        } else if (newBefore.contains(candidate.line()) && candidate.newId().equals(userId.get())) {
            // The transaction that created this user has committed, although its answer was lost.
            known++;
        } else if (options.mode() == ImportOptions.Mode.UPDATE) {
            UserReconciliation.Result result =
                    UserReconciliation.of(call, candidate, userId.get()).apply();
            updated += result.isChanged() ? 1 : 0;
            unchanged += result.isChanged() ? 0 : 1;
            weak += result.isWeak() ? 1 : 0;
            afterwards.addAll(result.afterwards());
        } else if (options.mode() == ImportOptions.Mode.SKIP) {
            skipped++;
        } else {
            String field =
                    candidate.hasOwnId() ? "id" : candidate.first(UserModel.EMAIL) == null ? "username" : "email";
            throw ApiProblem.invalid(field, "This user exists already");
        }
    }

    /** Rejects a name that Keycloak gives to a client's own account: the client could not be created later. */
    private static void requireNoNameOfAClient(Candidate candidate) {
        String username = candidate.first(UserModel.USERNAME);
        if (username != null
                && username.strip()
                        .toLowerCase(Locale.ROOT)
                        .startsWith(ServiceAccountConstants.SERVICE_ACCOUNT_USER_PREFIX)) {
            throw ApiProblem.invalid("username", "Only accounts of clients have names of this form");
        }
    }

    private void write() {
        new NewUserRows(call.session(), call.realm(), options.requirePasswordChange()).write(created);
        if (options.sendActivation()) {
            created.stream()
                    .map(NewUser::candidate)
                    .filter(this::hasToProveAddress)
                    .forEach(this::invite);
        }
        if (!created.isEmpty() || updated > 0) {
            new AdminEvents(call).imported(created.size(), updated, weak);
        }
        afterwards.forEach(Runnable::run);
    }

    private boolean hasToProveAddress(Candidate candidate) {
        return candidate.isActive().orElse(true)
                && !candidate.isEmailVerified().orElse(false)
                && candidate.first(UserModel.EMAIL) != null;
    }

    private void invite(Candidate candidate) {
        UserModel user = call.session().users().getUserById(call.realm(), candidate.newId());
        new ActivationCodes(call.session(), call.settings())
                .inviteImported(user, MailContext.withoutRequest(call.session()));
    }
}
