package dev.userservice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that each text of our pages and mails exists in each language and is used. */
final class MessagesTest {
    private static final Path THEME = Path.of("../themes/any-theme");
    private static final Path CODE = Path.of("src/main/java");
    private static final Pattern FILE = Pattern.compile("messages_(.+)\\.properties");
    private static final Pattern USE = Pattern.compile("\"(userService[A-Z][A-Za-z]*)\"");
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\d+)");

    private static Properties properties(Path path) throws IOException {
        Properties properties = new Properties();
        try (Reader file = Files.newBufferedReader(path, UTF_8)) {
            properties.load(file);
        }
        return properties;
    }

    static Properties messages(String language) throws IOException {
        return properties(THEME.resolve("messages/messages_" + language + ".properties"));
    }

    /** Returns English and every other language that has a file of texts. */
    static Set<String> languages() {
        try (Stream<Path> files = Files.list(THEME.resolve("messages"))) {
            return files.map(file -> FILE.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(file -> file.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> keys(String language) throws IOException {
        return new TreeSet<>(messages(language).stringPropertyNames());
    }

    private static Set<String> used() throws IOException {
        Set<String> used = new TreeSet<>();
        for (Path folder : List.of(THEME.resolve("templates"), CODE)) {
            for (Path file : files(folder)) {
                USE.matcher(Files.readString(file))
                        .results()
                        .map(use -> use.group(1))
                        .forEach(used::add);
            }
        }
        return used;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static Set<String> parameters(String message) {
        return PARAMETER
                .matcher(message)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @MethodSource("languages")
    void everyLanguageHasTheTextsOfEnglish(String language) throws IOException {
        assertEquals(keys("en"), keys(language));
    }

    @ParameterizedTest
    @ValueSource(strings = {"login", "email"})
    void ourThemeIsInEveryLanguage(String type) throws IOException {
        Properties theme = properties(Path.of("../themes/user-service", type, "theme.properties"));
        assertEquals(
                languages(), new TreeSet<>(List.of(theme.getProperty("locales").split(","))));
    }

    @Test
    void whatIsUsedIsThereAndWhatIsThereIsUsed() throws IOException {
        Set<String> named = used();
        // Keycloak makes this key from the name of the required action.
        named.add("requiredAction.activate-account");
        // The admin console makes this key from the id of the tab.
        named.add("user-service");
        assertEquals(named, keys("en"));
    }

    @ParameterizedTest
    @MethodSource("languages")
    void everyLanguageTakesTheSameParameters(String language) throws IOException {
        Properties english = messages("en");
        Properties other = messages(language);
        for (String key : keys("en")) {
            assertEquals(parameters(english.getProperty(key)), parameters(other.getProperty(key)), key);
        }
    }

    /** Keycloak formats every text, so an apostrophe that is not doubled would vanish and disable the parameters that follow it. */
    @ParameterizedTest
    @MethodSource("languages")
    void apostrophesAreDoubled(String language) throws IOException {
        messages(language)
                .forEach((key, message) ->
                        assertFalse(message.toString().replace("''", "").contains("'"), key::toString));
    }
}
