package dev.userservice;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;

/** The architecture as an allow-list: what is not named here may not be imported. */
final class ArchitectureTest {
    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.userservice");

    /** Which of our packages each of our packages may use, beside itself. */
    private static final Map<String, List<String>> EDGES = Map.ofEntries(
            Map.entry(
                    "api",
                    List.of(
                            "account",
                            "users",
                            "mfa",
                            "activity",
                            "metrics",
                            "mail",
                            "ratelimit",
                            "docs",
                            "settings",
                            "web",
                            "keycloak")),
            Map.entry("account", List.of("users", "ratelimit", "settings", "web", "keycloak")),
            Map.entry("users", List.of("ratelimit", "settings", "web", "keycloak")),
            Map.entry("mfa", List.of("users", "ratelimit", "settings", "web", "keycloak")),
            Map.entry("activity", List.of("ratelimit", "settings", "web", "keycloak")),
            Map.entry("metrics", List.of("activity", "ratelimit", "settings", "web", "keycloak")),
            Map.entry("ratelimit", List.of("settings", "web", "keycloak")),
            Map.entry("mail", List.of("settings", "web", "keycloak")),
            Map.entry("docs", List.of("settings", "web", "keycloak")),
            Map.entry("settings", List.of("web")),
            Map.entry("keycloak", List.of("settings", "web")),
            Map.entry("web", List.of()),
            // While the jar is built; it is not in there, so nobody may use it.
            Map.entry(
                    "openapi",
                    List.of(
                            "api",
                            "account",
                            "users",
                            "mfa",
                            "activity",
                            "metrics",
                            "ratelimit",
                            "docs",
                            "settings",
                            "web",
                            "keycloak")));

    /** What of Keycloak may be named outside the package {@code keycloak}: its public contracts. */
    private static final Pattern PUBLIC_KEYCLOAK = Pattern.compile("org\\.keycloak\\."
            + "((models|events|provider|sessions|representations)(\\..*)?|services\\.resource|http|utils|"
            // A tab of the admin console is a provider whose values are a component.
            + "component\\.Component(Model|Factory|ValidationException)|services\\.ui\\.extend\\.UiTabProvider(Factory)?|"
            + "common\\.util\\.Multivalued(Hash)?Map|"
            + "Config(\\$.*)?|authentication\\.(Authenticat(or|ionFlow)|RequiredAction|Form|Validation)[A-Za-z]*|"
            + "forms\\.login\\.LoginFormsProvider|"
            + "services\\.clientpolicy\\.(ClientPolicy(Context|Exception)|context\\.TokenRefreshContext|"
            + "executor\\.ClientPolicyExecutorProvider(Factory)?))"
            + "(\\.[A-Z].*)?");

    private static final Pattern PRIVATE_KEYCLOAK = Pattern.compile("org\\.keycloak\\.models\\.jpa\\..*");

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
    void keycloaksInternalsHaveOneHome() {
        DescribedPredicate<JavaClass> internal =
                describe("internals of Keycloak", type -> isInternal(type.getBaseComponentType()));
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.userservice.keycloak..")
                .should()
                .dependOnClassesThat(internal)
                .check(CODE);
    }

    private static boolean isInternal(JavaClass type) {
        return type.getPackageName().startsWith("org.keycloak")
                && (!PUBLIC_KEYCLOAK.matcher(type.getName()).matches()
                        || PRIVATE_KEYCLOAK.matcher(type.getName()).matches());
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
                .doNotHaveFullyQualifiedName("dev.userservice.keycloak.ClientAddress")
                .should()
                .callMethod(String.class, "equalsIgnoreCase", String.class)
                .because("it takes more for one name than Keycloak does: LowerCase")
                .check(CODE);
    }
}
