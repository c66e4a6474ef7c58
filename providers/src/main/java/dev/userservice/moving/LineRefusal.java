package dev.userservice.moving;

import dev.userservice.web.ApiProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Why the user of a line was not imported.
 *
 * @param line the number of the line in the body, from 1
 * @param field the first field that is wrong; null if the line is wrong as a whole
 * @param errors all that is wrong, by field; null if it is no more than the message says
 */
record LineRefusal(long line, String field, String message, Map<String, List<String>> errors) {

    private static final int MAX_ERRORS = 20;

    static LineRefusal of(long line, String message) {
        return new LineRefusal(line, null, message, null);
    }

    static LineRefusal of(long line, String field, String message) {
        return new LineRefusal(line, field, message, null);
    }

    /** Returns the refusal that a problem describes which the API would answer a call with. */
    static LineRefusal of(long line, ApiProblem problem) {
        Map<String, List<String>> errors = problem.errors();
        if (errors.isEmpty()) {
            return of(line, problem.getMessage());
        }
        Map.Entry<String, List<String>> first = errors.entrySet().iterator().next();
        boolean isWhole = errors.size() == 1 && first.getValue().size() == 1;
        return new LineRefusal(line, first.getKey(), first.getValue().get(0), isWhole ? null : some(errors));
    }

    /** Returns the first errors: a line can have thousands. */
    private static Map<String, List<String>> some(Map<String, List<String>> errors) {
        Map<String, List<String>> some = new LinkedHashMap<>();
        errors.entrySet().stream().limit(MAX_ERRORS).forEach(error -> some.put(error.getKey(), error.getValue()));
        return some;
    }
}
