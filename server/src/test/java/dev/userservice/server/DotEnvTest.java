package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DotEnvTest {

    @Test
    void readsPlainAndQuotedValues() {
        Map<String, String> values = DotEnv.parse(
                ".env",
                List.of(
                        "# a comment",
                        "",
                        "PLAIN=some value # a comment",
                        "  export SPACED = x  ",
                        "HASH=a#b",
                        "EMPTY=",
                        "COMMENTED= # nothing",
                        "SINGLE='p$a${x}\"ß \\ \\'q\\' # no comment' # a comment",
                        "DOUBLE=\"a \\\"b\\\" \\\\ \\$c \\n\\x\"",
                        "DOLLARS=$HOME ${HOME}"));

        assertEquals(
                Map.of(
                        "PLAIN", "some value",
                        "SPACED", "x",
                        "HASH", "a#b",
                        "EMPTY", "",
                        "COMMENTED", "",
                        "SINGLE", "p$a${x}\"ß \\ 'q' # no comment",
                        "DOUBLE", "a \"b\" \\ $c \n\\x",
                        "DOLLARS", "$HOME ${HOME}"),
                values);
    }

    @ParameterizedTest
    @ValueSource(strings = {"A='open", "A=\"open\\\"", "A='x' y", "no assignment", "1A=x"})
    void saysWhichLineItCannotRead(String line) {
        StartException e =
                assertThrows(StartException.class, () -> DotEnv.parse(".env", List.of("# first", line, "B=x")));
        assertEquals(".env, line 2", e.getMessage().substring(0, 12));
    }

    @Test
    void aMissingFileHasNoValues() {
        assertEquals(Map.of(), DotEnv.read(Path.of("no-such-file")));
    }

    @ParameterizedTest
    @CsvSource({"true,true", "1,true", "Yes,true", "false,false", "0,false", "'',false"})
    void flagsAreWrittenInSeveralWays(String text, boolean flag) {
        assertEquals(flag, new Environment(Map.of("F", text)).flag("F"));
    }
}
