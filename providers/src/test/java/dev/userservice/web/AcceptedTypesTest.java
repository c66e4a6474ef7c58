package dev.userservice.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AcceptedTypesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/json                  | true
            Application/JSON; charset=utf-8   | true
            application/*                     | true
            */*                               | true
            text/html, application/json;q=0.1 | true
            text/html, */*;q=0.01             | true
            text/html                         | false
            application/x-ndjson              | false
            text/html, text/*                 | false
            application/json;q=0              | false
            */*, application/json;q=0.000     | false
            application/*;q=0, */*            | false
            application/*;q=0, application/json | true
            """)
    void theClosestRangeDecides(String accept, boolean isAccepted) {
        List<MediaType> ranges = Arrays.stream(accept.split(",", -1))
                .map(range -> range.trim().split(";", 2))
                .map(AcceptedTypesTest::range)
                .toList();
        assertEquals(isAccepted, new AcceptedTypes(ranges).include(MediaType.APPLICATION_JSON_TYPE));
    }

    /** Makes a range without JAX-RS's parser, which only a server has. */
    private static MediaType range(String[] parts) {
        String[] names = parts[0].split("/", 2);
        if (parts.length == 1) {
            return new MediaType(names[0], names[1]);
        }
        String[] parameter = parts[1].trim().split("=", 2);
        return new MediaType(names[0], names[1], Map.of(parameter[0], parameter[1]));
    }
}
