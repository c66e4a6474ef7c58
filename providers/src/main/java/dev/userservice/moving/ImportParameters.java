package dev.userservice.moving;

import dev.userservice.hashes.ImportedHash;
import dev.userservice.hashes.InvalidHashException;
import dev.userservice.hashes.Pepper;
import dev.userservice.web.FieldErrors;
import jakarta.ws.rs.QueryParam;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.keycloak.vault.VaultTranscriber;

/** The query parameters of an import. */
public final class ImportParameters {
    private static final int DEFAULT_BATCH = 500;

    @QueryParam("mode")
    @Parameter(
            description = "What happens to the line of a user who is here already",
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"fail", "skip", "update"},
                            defaultValue = "fail"))
    String mode;

    @QueryParam("dry_run")
    @Parameter(description = "true: check all lines and change nothing", schema = @Schema(type = SchemaType.BOOLEAN))
    String dryRun;

    @QueryParam("batch")
    @Parameter(
            description = "How many users are imported in one transaction",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000", defaultValue = "500"))
    String batch;

    @QueryParam("resume_after")
    @Parameter(
            description = "How many lines to pass over at the beginning: resume_after of an import that stopped",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "999999999"))
    String resumeAfter;

    @QueryParam("password_format")
    @Parameter(
            description = "The format of the password hashes of lines that name none; auto if not given",
            schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = 64))
    String passwordFormat;

    @QueryParam("password_pepper")
    @Parameter(
            description = "The key of the secret in Keycloak's vault that these hashes need, if they need one",
            schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = 255))
    String passwordPepper;

    @QueryParam("send_activation")
    @Parameter(
            description =
                    "true: new users whose address is not verified prove it by a mailed code before their first login",
            schema = @Schema(type = SchemaType.BOOLEAN))
    String sendActivation;

    @QueryParam("require_password_change")
    @Parameter(
            description = "true: new users choose another password at their first login",
            schema = @Schema(type = SchemaType.BOOLEAN))
    String requirePasswordChange;

    /**
     * Returns what is asked for; the limits of the numbers and texts have been checked.
     *
     * @param vault the vault of the tenant
     */
    ImportOptions options(VaultTranscriber vault, FieldErrors errors) {
        checkHashes(vault, errors);
        Optional<ImportOptions.Mode> wanted =
                mode == null ? Optional.of(ImportOptions.Mode.FAIL) : ImportOptions.Mode.of(mode);
        if (wanted.isEmpty()) {
            errors.add("mode", "This must be one of fail, skip, update");
        }
        return new ImportOptions(
                wanted.orElse(ImportOptions.Mode.FAIL),
                errors.flag("dry_run", dryRun).orElse(false),
                batch == null ? DEFAULT_BATCH : Integer.parseInt(batch),
                resumeAfter == null ? 0 : Long.parseLong(resumeAfter),
                Optional.ofNullable(passwordFormat),
                Optional.ofNullable(passwordPepper),
                errors.flag("send_activation", sendActivation).orElse(false),
                errors.flag("require_password_change", requirePasswordChange).orElse(false));
    }

    /** Finds mistakes that would be those of every line with a hash, or that nobody would see before a login. */
    private void checkHashes(VaultTranscriber vault, FieldErrors errors) {
        try {
            if (passwordFormat != null) {
                ImportedHash.requireFormat(passwordFormat);
            }
        } catch (InvalidHashException e) {
            errors.add("password_format", e.getMessage());
        }
        try {
            if (passwordPepper != null && !new Pepper(passwordPepper).isIn(vault)) {
                errors.add("password_pepper", "The vault has no entry with this key");
            }
        } catch (InvalidHashException e) {
            errors.add("password_pepper", e.getMessage());
        }
    }
}
