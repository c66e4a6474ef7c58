package dev.userservice.web;

/** Marks the records that are request bodies, so that {@link JsonRequestReader} reads them and no others. */
public interface JsonRequest {
    /**
     * Returns the body, which must be present.
     *
     * @param body the body; null if the request has none
     * @throws ApiProblem 400 if the body is null
     */
    static <T extends JsonRequest> T required(T body) {
        if (body == null) {
            throw ApiProblem.badRequest("A body is needed");
        }
        return body;
    }

    /**
     * Checks the body against what its record declares.
     *
     * @throws ApiProblem 400 that names all the fields that are not valid
     */
    default void requireValid() {
        FieldErrors.of(this).throwIfAny();
    }
}
