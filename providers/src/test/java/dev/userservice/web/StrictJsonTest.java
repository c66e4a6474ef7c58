package dev.userservice.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StrictJsonTest {
    record Body(String name, @JsonProperty("is_on") Boolean isOn, Integer count, JsonNode extra) {}

    private static Body read(String json) {
        return read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static Body read(byte[] json) {
        return StrictJson.read(new ByteArrayInputStream(json), Body.class);
    }

    private static ApiProblem refused(String json) {
        return assertThrows(ApiProblem.class, () -> read(json));
    }

    @Test
    void readsAnObject() {
        Body body = read("{\"name\":\"Ünïcödé 😀\",\"is_on\":true,\"count\":3,\"extra\":{\"a\":[1]}}");
        assertEquals("Ünïcödé 😀", body.name());
        assertEquals(3, body.count());
        assertTrue(body.isOn());
    }

    @Test
    void aBodyThatBreaksOffIsNoFaultOfTheServer() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Connection reset");
            }

            @Override
            public int read(byte[] into, int from, int most) throws IOException {
                return read();
            }
        };
        InputStream begun = new ByteArrayInputStream("{\"name\":".getBytes(StandardCharsets.UTF_8));
        ApiProblem problem = assertThrows(
                ApiProblem.class, () -> StrictJson.read(new SequenceInputStream(begun, broken), Body.class));
        assertEquals(400, problem.status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n"})
    void nothingIsNoBody(String json) {
        assertNull(read(json));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"name":1}                      | name
                    {"name":true}                   | name
                    {"name":["a"]}                  | name
                    {"name":{}}                     | name
                    {"is_on":"true"}                | is_on
                    {"is_on":1}                     | is_on
                    {"count":1.5}                   | count
                    {"count":"1"}                   | count
                    {"count":99999999999}           | count
                    {"other":1}                     | other
                    {"isOn":true}                   | isOn
                    {"name":"a\\u0000"}             | name
                    {"name":"\\ud800"}              | name
                    {"extra":{"deep":["\\udfff"]}}  | extra.deep
                    {"extra":{"deep":[1e999999999]}} | extra.deep
                    {"extra":{"n":-1e309}}          | extra.n
                    {"count":1e999999999}           | count
                    """)
    void aWrongFieldIsNamed(String json, String field) {
        ApiProblem problem = refused(json);
        assertEquals(400, problem.status());
        assertEquals(java.util.Set.of(field), ((Map<?, ?>) problem.body().get("errors")).keySet());
    }

    @Test
    void numbersWithinTheRangeOfDoublesAreRead() {
        JsonNode extra = read("{\"extra\":{\"a\":1.7976931348623157e308,\"b\":1e-999999999}}")
                .extra();
        assertEquals(Double.MAX_VALUE, extra.get("a").doubleValue());
        assertEquals(0, extra.get("b").doubleValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "1",
                "\"a\"",
                "{",
                "{} {}",
                "{\"name\":\"a\",\"name\":\"b\"}",
                "{\"extra\":{\"a\":1,\"a\":2}}",
                "{name:1}",
                "{\"name\":NaN}",
                "{'name':'a'}",
                "// c\n{}",
                "{\"a\\u0000\":1}"
            })
    void whatIsNoJsonObjectIsABadRequest(String json) {
        assertEquals(400, refused(json).status());
    }

    @Test
    void deepOrLargeOrMisencodedBodiesAreRefused() {
        assertEquals(
                400,
                refused("{\"extra\":" + "[".repeat(33) + "]".repeat(33) + "}").status());
        assertEquals(400, refused("{\"count\":" + "9".repeat(2_000) + "}").status());
        assertEquals(413, refused("{\"name\":\"" + "a".repeat(70_000) + "\"}").status());
        assertEquals(
                400,
                assertThrows(ApiProblem.class, () -> read("{\"name\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1)))
                        .status());
        assertEquals(
                400,
                assertThrows(ApiProblem.class, () -> read("{\"name\":\"a\"}".getBytes(StandardCharsets.UTF_16)))
                        .status());
    }

    @Test
    void aFieldsNameDoesNotComeBackAtAnyLength() {
        assertTrue(refused("{\"" + "x".repeat(10_000) + "\":1}").getMessage().length() < 200);
    }

    @Test
    void absentIsNotNull() {
        assertNull(read("{}").extra());
        assertTrue(read("{\"extra\":null}").extra().isNull());
    }

    /** Whoever imports knows a line by its number, and has never seen a body of this line alone. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"a": tru}  | The line is not valid JSON at column 7
                    {"name":"a  | The line is not valid JSON at column 11
                    []          | The line must be a JSON object
                    """)
    void aLineIsCalledALine(String json, String message) {
        ApiProblem problem = assertThrows(
                ApiProblem.class, () -> StrictJson.line(json.getBytes(StandardCharsets.UTF_8), Body.class));
        assertEquals(message, problem.getMessage());
    }

    @Test
    void aLineThatIsNoTextOrTooDeepIsCalledALineToo() {
        for (byte[] json : List.of(
                "{\"name\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1),
                ("{\"extra\":" + "[".repeat(33) + "]".repeat(33) + "}").getBytes(StandardCharsets.UTF_8))) {
            String message = assertThrows(ApiProblem.class, () -> StrictJson.line(json, Body.class))
                    .getMessage();
            assertTrue(message.startsWith("The line is n"), message);
        }
    }
}
