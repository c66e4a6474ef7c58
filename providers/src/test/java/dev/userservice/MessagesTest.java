package dev.userservice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The texts of our pages and mails: each is there in each language, and is used. */
final class MessagesTest {
    private static final Path THEME = Path.of("../themes/any-theme");
    private static final Path CODE = Path.of("src/main/java");
    private static final Pattern USE = Pattern.compile("\"(userService[A-Z][A-Za-z]*)\"");
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\d+)");

    private static Properties messages(String language) throws IOException {
        Properties messages = new Properties();
        try (Reader file =
                Files.newBufferedReader(THEME.resolve("messages/messages_" + language + ".properties"), UTF_8)) {
            messages.load(file);
        }
        return messages;
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

    @Test
    void bothLanguagesHaveTheSameTexts() throws IOException {
        assertEquals(keys("en"), keys("de"));
    }

    @Test
    void whatIsUsedIsThereAndWhatIsThereIsUsed() throws IOException {
        Set<String> named = used();
        // Keycloak makes this key of the required action's name.
        named.add("requiredAction.activate-account");
        assertEquals(named, keys("en"));
    }

    @Test
    void bothLanguagesTakeTheSameParameters() throws IOException {
        Properties english = messages("en");
        Properties german = messages("de");
        for (String key : keys("en")) {
            assertEquals(parameters(english.getProperty(key)), parameters(german.getProperty(key)), key);
        }
    }

    /** Keycloak formats every text: an apostrophe that is not doubled would vanish, and take parameters with it. */
    @Test
    void apostrophesAreDoubled() throws IOException {
        for (String language : List.of("en", "de")) {
            messages(language)
                    .forEach((key, message) ->
                            assertFalse(message.toString().replace("''", "").contains("'"), key::toString));
        }
    }
}
