package dev.userservice.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A JSON merge patch (RFC 7396) for an object: members that it leaves out stay, and null removes a member. */
public final class MergePatch {
    private MergePatch() {}

    /**
     * Applies a patch.
     *
     * @param json the text from the database; null, or text that is no object, counts as an empty object
     * @return the same text if nothing changes
     */
    public static String merged(String json, JsonNode patch) {
        JsonNode before = json == null ? null : StrictJson.objectOrNull(json);
        ObjectNode after = before == null ? JsonNodeFactory.instance.objectNode() : (ObjectNode) before.deepCopy();
        merge(after, patch);
        boolean isSame = before == null ? after.isEmpty() : after.equals(before);
        return isSame ? json : StrictJson.write(after);
    }

    private static void merge(ObjectNode target, JsonNode patch) {
        patch.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                target.remove(field.getKey());
            } else if (value.isObject()) {
                JsonNode now = target.get(field.getKey());
                merge(now instanceof ObjectNode object ? object : target.putObject(field.getKey()), value);
            } else {
                target.set(field.getKey(), value);
            }
        });
    }
}
