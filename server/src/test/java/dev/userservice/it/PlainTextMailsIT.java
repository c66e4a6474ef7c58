package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.server.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * Tests that the plain text of mails is not escaped as HTML: a template that escapes it breaks the link, which has {@code &} and
 * {@code =} in it. Our theme replaces the templates of Keycloak that do so.
 */
final class PlainTextMailsIT {
    private static final Layout LAYOUT = Layout.ofBuild();
    private static final Path THEMES = LAYOUT.root().resolve("themes");
    private static final Path OURS = THEMES.resolve("user-service/email/text");
    private static final String FOLDER = "theme/base/email/text/";
    private static final String PLAIN = "<#ftl output_format=\"plainText\">";

    private static boolean isEscaped(String template) {
        return !template.startsWith(PLAIN) || template.contains("kcSanitize");
    }

    @Test
    void ourTemplatesEscapeNothing() throws IOException {
        for (Path folder : List.of(OURS, THEMES.resolve("any-theme/templates/text"))) {
            try (Stream<Path> templates = Files.list(folder)) {
                for (Path template : templates.toList()) {
                    assertFalse(isEscaped(Files.readString(template)), template::toString);
                }
            }
        }
    }

    /**
     * Checks that our templates replace exactly those of Keycloak that escape. If this fails after an upgrade, either Keycloak
     * has fixed a template and ours can be removed, or a further template of Keycloak escapes.
     */
    @Test
    void theyStandInForThoseOfKeycloaksThatDo() throws IOException {
        Map<String, String> keycloaks = keycloaks();
        assertTrue(
                keycloaks.containsKey("password-reset.ftl"),
                () -> keycloaks.keySet().toString());
        try (Stream<Path> ours = Files.list(OURS)) {
            assertEquals(
                    keycloaks.entrySet().stream()
                            .filter(template -> isEscaped(template.getValue()))
                            .map(Map.Entry::getKey)
                            .toList(),
                    ours.map(template -> template.getFileName().toString())
                            .sorted()
                            .toList());
        }
    }

    /** Returns the templates of plain text in the distribution by their names. */
    private static Map<String, String> keycloaks() throws IOException {
        Map<String, String> templates = new TreeMap<>();
        try (Stream<Path> jars = Files.list(LAYOUT.distribution().resolve("lib/lib/main"))) {
            for (Path jar : jars.filter(file -> file.getFileName().toString().contains(".keycloak-themes-"))
                    .toList()) {
                try (ZipFile zip = new ZipFile(jar.toFile())) {
                    for (ZipEntry entry : zip.stream().toList()) {
                        if (entry.getName().startsWith(FOLDER)
                                && entry.getName().endsWith(".ftl")) {
                            String text = new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                            templates.put(entry.getName().substring(FOLDER.length()), text.strip());
                        }
                    }
                }
            }
        }
        return templates;
    }
}
