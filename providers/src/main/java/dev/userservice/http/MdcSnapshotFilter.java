package dev.userservice.http;

import dev.userservice.web.ApiPath;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.ext.Provider;

/**
 * Keeps the log values of an API request for its last log line: Keycloak clears them before the response has been sent.
 */
@Provider
public final class MdcSnapshotFilter implements ContainerResponseFilter {
    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (LogContext.ACCESS.isDebugEnabled()
                && ApiPath.covers(request.getUriInfo().getPath())) {
            CurrentRequest.current().ifPresent(current -> current.put(LogContext.Snapshot.taken()));
        }
    }
}
