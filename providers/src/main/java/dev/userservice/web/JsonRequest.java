package dev.userservice.web;

/** Marks the records that are bodies of our requests, so that {@link JsonRequestReader} reads them and no others. */
public interface JsonRequest {
    /**
     * Gives back a body that is there.
     *
     * @param body null where the request has none
     * @throws ApiProblem 400 if there is none
     */
    static <T extends JsonRequest> T required(T body) {
        if (body == null) {
            throw ApiProblem.badRequest("A body is needed");
        }
        return body;
    }
}
