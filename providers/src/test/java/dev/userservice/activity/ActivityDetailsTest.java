package dev.userservice.activity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.web.StrictJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ActivityDetailsTest {
    @Test
    void nothingIsNull() {
        assertNull(new ActivityDetails()
                .text("a", null)
                .text("b", "")
                .flag("c", false)
                .list("d", List.of())
                .json());
    }

    @Test
    void hostileTextIsCutAndEscaped() {
        String hostile = "\u0000\ud800\"}\n" + "x".repeat(1_000_000);
        ActivityDetails details = new ActivityDetails().text("identifier", hostile);
        String json = details.json();
        assertTrue(details.isCut());
        assertTrue(json.length() < 300);
        assertEquals(
                "\uFFFD\uFFFD\"}\uFFFD",
                StrictJson.objectOrNull(json).path("identifier").textValue().substring(0, 5));
        assertTrue(StrictJson.isStorable(json));
    }

    @Test
    void aPairIsNotCutInHalf() {
        ActivityDetails details = new ActivityDetails().text("a", "x".repeat(254) + "\ud83d\ude00");
        assertEquals(
                254,
                StrictJson.objectOrNull(details.json()).path("a").textValue().length());
    }

    @Test
    void whatDoesNotFitIsLeftOutFromTheEnd() {
        ActivityDetails details = new ActivityDetails();
        for (int i = 0; i < 40; i++) {
            details.text("name" + i, "\"".repeat(255));
        }
        assertTrue(details.isCut());
        String json = details.json();
        assertTrue(json.length() <= 4_000);
        assertTrue(StrictJson.objectOrNull(json).has("name0"));
        assertFalse(StrictJson.objectOrNull(json).has("name39"));
    }

    @Test
    void longListsAndManyChangesAreCut() {
        ActivityDetails details = new ActivityDetails()
                .list(
                        "fields",
                        IntStream.range(0, 100_000).mapToObj(i -> "f" + i).toList());
        assertEquals(50, StrictJson.objectOrNull(details.json()).path("fields").size());
        assertTrue(details.isCut());
        ActivityDetails wide = new ActivityDetails()
                .list(
                        "fields",
                        IntStream.range(0, 50)
                                .mapToObj(i -> i + "\"".repeat(250))
                                .toList());
        assertTrue(wide.isCut());
        assertTrue(StrictJson.objectOrNull(wide.json()).path("fields").size() > 5);
        Map<String, ActivityDetails.Change> first = new LinkedHashMap<>();
        first.put("email", new ActivityDetails.Change("a", "b"));
        IntStream.range(0, 40).forEach(i -> first.put("f" + i, new ActivityDetails.Change("\"".repeat(255), null)));
        assertTrue(StrictJson.objectOrNull(new ActivityDetails().changes(first).json())
                .path("changes")
                .has("email"));
        Map<String, ActivityDetails.Change> changes = new LinkedHashMap<>();
        IntStream.range(0, 1_000).forEach(i -> changes.put("f" + i, new ActivityDetails.Change(null, "x")));
        ActivityDetails many = new ActivityDetails().changes(changes);
        assertEquals(50, StrictJson.objectOrNull(many.json()).path("changes").size());
        assertTrue(many.isCut());
    }
}
