package dev.userservice.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.userservice.web.ApiPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.keycloak.provider.ProviderConfigProperty;

/** Tests that {@code docs/settings.md} is what the declarations of the settings generate. */
final class SettingsReferenceTest {
    private static final Path FILE = Path.of("../docs/settings.md");
    private static final String COMMAND = "./mvnw test -pl providers -Dtest=SettingsReferenceTest -Dupdate-docs";
    private static final Pattern OPTION = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\|[^|]*\\| `--spi-");

    private static final String INTRODUCTION = """
            # Settings

            <!-- Generated from the declarations in settings/Settings.java by %s -->

            After reading this page, you know every setting, its values and its default, and where to write it.

            The value of a tenant is the first of these that exists: the realm's attribute, the server's option, the default. A bad value is
            logged once, and the next of the three applies. Set the attributes in the [tab of the admin console](admin-console.md), by admin
            REST and the tools that use it, or in a realm's file:

                "attributes": {"user-service.activation-lifetime": "120", "user-service.limit-login": "10/1m"}

            Some settings are explained on other pages: [rate limits](rate-limits.md), [themes and the logo](themes.md), [the activity
            log](activity-log.md), [gauges](metrics.md#tenants-and-users).
            """.formatted(COMMAND);

    private static String reference() {
        List<String> lines = new ArrayList<>(INTRODUCTION.lines().toList());
        lines.addAll(section("Of a tenant", Settings.TENANT_SETTINGS));
        lines.addAll(section("Of the server alone", Settings.OF_THE_SERVER));
        lines.addAll(table(
                "Where they are written",
                List.of("name", "realm attribute", "server option", "environment variable"),
                Stream.of(Settings.TENANT_SETTINGS, Settings.OF_THE_SERVER)
                        .flatMap(List::stream)
                        .toList(),
                SettingsReferenceTest::places));
        return String.join("\n", lines) + "\n";
    }

    private static List<String> section(String title, List<Setting<?>> settings) {
        return table(
                title,
                List.of("name", "value", "default", "what it does"),
                settings,
                setting -> List.of(
                        code(setting.name()),
                        text(setting.valueFormat()),
                        setting.fallbackText().isEmpty() ? "none" : code(setting.fallbackText()),
                        text(setting.help())));
    }

    private static List<String> places(Setting<?> setting) {
        boolean isOfTenants = Settings.TENANT_SETTINGS.contains(setting);
        String provider = "spi-realm-restapi-extension--" + ApiPath.EXTENSION + "--";
        String option = provider + setting.name();
        String variable = "KC_" + option.replace('-', '_').toUpperCase(Locale.ROOT);
        return List.of(
                code(setting.name()),
                isOfTenants ? code(setting.attribute()) : "",
                code("--" + option),
                code(variable));
    }

    private static List<String> table(
            String title, List<String> head, List<Setting<?>> settings, Function<Setting<?>, List<String>> cells) {
        List<String> lines = new ArrayList<>(List.of("", "## " + title, "", row(head)));
        lines.add("|---".repeat(head.size()) + "|");
        settings.forEach(setting -> lines.add(row(cells.apply(setting))));
        return lines;
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    private static String text(String text) {
        return text.replace("<", "&lt;").replace("|", "\\|");
    }

    @Test
    void theReferenceIsWhatTheDeclarationsSay() throws IOException {
        if (System.getProperty("update-docs") != null) {
            Files.writeString(FILE, reference(), UTF_8);
        }
        assertEquals(reference(), Files.readString(FILE, UTF_8), "docs/settings.md is not up to date: " + COMMAND);
    }

    @Test
    void whatIsDocumentedIsAnOptionOfTheServer() throws IOException {
        List<String> documented = OPTION.matcher(Files.readString(FILE, UTF_8))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertEquals(
                Settings.options().stream().map(ProviderConfigProperty::getName).toList(), documented);
    }
}
