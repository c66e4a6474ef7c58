package dev.userservice;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;

/** Tests the architecture against an allow-list: the code may import only what this class names. */
final class ArchitectureTest {
    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.userservice");

    /** Lists for each of our packages the other packages of ours that it may use, starting with the lowest layer. */
    private static final Map<String, List<String>> EDGES = Map.ofEntries(
            Map.entry("web", List.of()),
            Map.entry("settings", List.of("web")),
            Map.entry("keycloak", List.of("settings", "web")),
            Map.entry("hashes", List.of("keycloak")),
            Map.entry("argon2", List.of("hashes", "keycloak", "settings")),
            Map.entry("signing", List.of("settings")),
            Map.entry("http", List.of("web")),
            Map.entry("mail", List.of("http", "keycloak", "settings", "web")),
            Map.entry("access", List.of("http", "keycloak", "settings", "web")),
            Map.entry("grace", List.of("access", "keycloak", "settings", "web")),
            Map.entry("codes", List.of("keycloak", "mail", "settings")),
            Map.entry("password", List.of("access", "keycloak", "web")),
            Map.entry("ratelimit", List.of("access", "http", "keycloak", "settings", "web")),
            Map.entry("stepup", List.of("access", "keycloak", "password", "ratelimit", "settings", "web")),
            Map.entry(
                    "activation",
                    List.of("access", "codes", "keycloak", "mail", "password", "ratelimit", "settings", "web")),
            Map.entry(
                    "activity",
                    List.of(
                            "access",
                            "activation",
                            "codes",
                            "grace",
                            "hashes",
                            "http",
                            "keycloak",
                            "mail",
                            "ratelimit",
                            "settings",
                            "web")),
            Map.entry(
                    "users",
                    List.of(
                            "access",
                            "activation",
                            "activity",
                            "codes",
                            "emailchange",
                            "keycloak",
                            "mail",
                            "password",
                            "ratelimit",
                            "settings",
                            "stepup",
                            "web")),
            Map.entry(
                    "invitations",
                    List.of(
                            "access",
                            "activation",
                            "codes",
                            "keycloak",
                            "mail",
                            "password",
                            "ratelimit",
                            "settings",
                            "users",
                            "web")),
            Map.entry(
                    "account",
                    List.of(
                            "access",
                            "activation",
                            "codes",
                            "grace",
                            "invitations",
                            "keycloak",
                            "mail",
                            "password",
                            "ratelimit",
                            "settings",
                            "users",
                            "web")),
            Map.entry(
                    "mfa",
                    List.of(
                            "access",
                            "activity",
                            "keycloak",
                            "mail",
                            "password",
                            "ratelimit",
                            "settings",
                            "stepup",
                            "users",
                            "web")),
            Map.entry(
                    "metrics",
                    List.of(
                            "access",
                            "activation",
                            "activity",
                            "grace",
                            "hashes",
                            "keycloak",
                            "ratelimit",
                            "settings",
                            "web")),
            Map.entry(
                    "moving",
                    List.of(
                            "access",
                            "activation",
                            "activity",
                            "codes",
                            "hashes",
                            "http",
                            "invitations",
                            "keycloak",
                            "mail",
                            "mfa",
                            "ratelimit",
                            "settings",
                            "users",
                            "web")),
            Map.entry("sessions", List.of("access", "account", "keycloak", "stepup", "users", "web")),
            Map.entry("devices", List.of("activity", "codes", "keycloak", "mail", "settings", "web")),
            Map.entry("emailchange", List.of("activation", "codes", "keycloak", "mail", "settings", "web")),
            Map.entry("docs", List.of("access", "keycloak", "settings", "web")),
            Map.entry(
                    "api",
                    List.of(
                            "access",
                            "account",
                            "activation",
                            "activity",
                            "codes",
                            "devices",
                            "docs",
                            "emailchange",
                            "http",
                            "invitations",
                            "keycloak",
                            "mail",
                            "metrics",
                            "mfa",
                            "moving",
                            "ratelimit",
                            "sessions",
                            "settings",
                            "users",
                            "web")),
            Map.entry("gate", List.of("api", "http", "settings", "web")),
            Map.entry(
                    "schema",
                    List.of(
                            "access",
                            "activation",
                            "activity",
                            "codes",
                            "hashes",
                            "invitations",
                            "keycloak",
                            "mail",
                            "mfa",
                            "moving",
                            "users")),
            // This package works only while the jar is built and is not in the jar, so no other package may use it.
            Map.entry(
                    "openapi",
                    List.of(
                            "access",
                            "account",
                            "activity",
                            "api",
                            "docs",
                            "invitations",
                            "metrics",
                            "mfa",
                            "moving",
                            "ratelimit",
                            "sessions",
                            "settings",
                            "users",
                            "web")));

    /** Matches the jars of Keycloak whose classes change in any release without notice. */
    private static final Pattern INTERNAL_JARS =
            Pattern.compile(".*/keycloak-(services|model-jpa|crypto-default)-[^/]*\\.jar.*");

    /** Matches a query over one of Keycloak's own tables: a change of the entity breaks the query, and no import shows that it is there. */
    private static final Pattern QUERY_OF_KEYCLOAKS =
            Pattern.compile("(?i)\\b(?:from|join|update|into)\\s+(?!UserService)[A-Z]\\w*Entity\\b");

    /** Serves as the checklist for an upgrade of Keycloak: it lists the classes that use Keycloak's internals or query its tables. */
    private static final Set<String> INTERNALS = Set.of(
            "access.AdminEvents",
            "access.BearerToken",
            "access.Caller",
            "access.ClosedOrganizations",
            "access.GrantedRoles",
            "access.LoginTime",
            "access.ManagedRoles",
            "access.ReadOnlyUser",
            "access.TokenAuthentication",
            "access.TokenRoles",
            "access.UserRights",
            "argon2.Argon2HashProviderFactory",
            "account.AccountRestFilter",
            "account.OidcEndpoints",
            "account.PasswordResetTokenHandler",
            "activity.ActivityNames",
            "activation.ActionsMailTokenHandler",
            "activation.ActivationTokenHandler",
            "activation.BrokerLinkTokenHandler",
            "activation.LoginUnderWayFilter",
            "activation.NewPasswordForm",
            "activation.PasswordQuestion",
            "codes.CodeLink",
            "codes.CodeMail",
            "codes.CodeToken",
            "codes.ActionTokenPage",
            "codes.ContinueLink",
            "emailchange.EmailChangePage",
            "emailchange.EmailProofTokenHandler",
            "emailchange.EmailStopTokenHandler",
            "grace.LiveTokens",
            "hashes.WeakPasswords",
            "invitations.FirstLogin",
            "invitations.InvitationTokenHandler",
            "invitations.Invitations",
            "keycloak.Entities",
            "keycloak.LockedUser",
            "keycloak.LogoInMails",
            "keycloak.LogoOnPages",
            "keycloak.TransientFailure",
            "keycloak.ServerFactories",
            "keycloak.TotpAuthenticator",
            "keycloak.UserSessions",
            "keycloak.UsersBefore",
            "mail.InterruptibleSender",
            "mail.OutboxClaim",
            "metrics.TenantFigures",
            "signing.Rs256Factory",
            "stepup.PasswordGrant",
            "moving.ExistingUsers",
            "moving.ExportPage",
            "moving.FormerNameRecorder",
            "moving.FreeNames",
            "moving.GroupPaths",
            "moving.NewUserRows",
            "moving.StoredSecrets",
            "mfa.TotpSecret",
            "password.PasswordCheck",
            "ratelimit.RateLimitedOtpForm",
            "ratelimit.RateLimitedPasswordForm",
            "ratelimit.RefreshLimitExecutor",
            "schema.UserServiceEntities",
            "users.AddressReport",
            "users.FewUsers",
            "users.LastAdminGuard",
            "users.MiddleSearch",
            "users.OwnAccount",
            "users.OwnProfiles",
            "users.TraitConditions",
            "users.UserConditions",
            "users.UserCount",
            "users.UserFit",
            "users.UserPage",
            "users.UserSearch",
            "users.UserSegment");

    @Test
    void packagesUseOnlyWhatTheyMay() {
        EDGES.forEach((name, targets) -> {
            String[] allowed = targets.stream()
                    .map(target -> "dev.userservice." + target + "..")
                    .toArray(String[]::new);
            classes()
                    .that()
                    .resideInAPackage("dev.userservice." + name + "..")
                    .should()
                    .onlyDependOnClassesThat(resideInAnyPackage(allowed)
                            .or(resideInAnyPackage("dev.userservice." + name + ".."))
                            .or(DescribedPredicate.not(resideInAnyPackage("dev.userservice.."))))
                    .check(CODE);
        });
    }

    @Test
    void everyPackageHasItsPlace() {
        classes()
                .should()
                .resideInAnyPackage(EDGES.keySet().stream()
                        .map(name -> "dev.userservice." + name + "..")
                        .toArray(String[]::new))
                .orShould()
                .haveSimpleName("package-info")
                .check(CODE);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.userservice.(*)..").should().beFreeOfCycles().check(CODE);
    }

    @Test
    void whatAnUpgradeOfKeycloakMayBreakIsListed() throws IOException {
        Set<String> found = new TreeSet<>();
        for (JavaClass type : CODE) {
            if (type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .anyMatch(ArchitectureTest::isInternal)) {
                found.add(name(type));
            }
        }
        Path sources = Path.of("src/main/java");
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                if (QUERY_OF_KEYCLOAKS.matcher(Files.readString(file)).find()) {
                    found.add(file.getParent().getFileName() + "."
                            + file.getFileName().toString().replace(".java", ""));
                }
            }
        }
        assertEquals(new TreeSet<>(INTERNALS), found);
    }

    private static boolean isInternal(JavaClass type) {
        return type.getSource()
                .filter(source ->
                        INTERNAL_JARS.matcher(source.getUri().toString()).matches())
                .isPresent();
    }

    /** Returns the name of the top-level class with the last part of its package's name, such as {@code access.Caller}. */
    private static String name(JavaClass type) {
        String full = type.getName().replaceFirst("\\$.*", "");
        return full.replaceFirst("^dev\\.userservice\\.", "");
    }

    @Test
    void nothingLivesInKeycloaksPackages() {
        noClasses().should().resideInAPackage("org.keycloak..").check(CODE);
    }

    @Test
    void namesSayWhatAThingIs() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Utils?|Impl|Base|Abstract|Custom|My|Common)[A-Z]?.*")
                .check(CODE);
    }

    @Test
    void classesAreFinalOrClosed() {
        classes()
                .that()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .areTopLevelClasses()
                .and()
                .areNotAnnotatedWith("jakarta.persistence.Entity")
                .and()
                .doNotHaveSimpleName("package-info")
                .should()
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
                .check(CODE);
    }

    @Test
    void whoHoldsARoleIsAskedInOnePlace() {
        noClasses()
                .should()
                .callMethod(UserModel.class, "hasRole", RoleModel.class)
                .because("HeldRoles never counts roles of organizations' groups, and this sometimes does")
                .check(CODE);
    }

    @Test
    void namesAndAddressesAreComparedInOneWay() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.userservice.settings.WebAddress")
                .and()
                .doNotHaveFullyQualifiedName("dev.userservice.http.ClientAddress")
                .should()
                .callMethod(String.class, "equalsIgnoreCase", String.class)
                .because("it takes more for one name than Keycloak does: LowerCase")
                .check(CODE);
    }
}
