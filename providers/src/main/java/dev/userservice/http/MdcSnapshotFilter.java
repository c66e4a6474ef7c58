package dev.userservice.http;

import dev.userservice.web.ApiPath;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.ext.Provider;

/** Keeps what lines of the log have said of a request of the API for its last line: Keycloak forgets it before the answer goes out. */
@Provider
public final class MdcSnapshotFilter implements ContainerResponseFilter {
    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (LogContext.ACCESS.isDebugEnabled()
                && ApiPath.covers(request.getUriInfo().getPath())) {
            CurrentRequest.current().ifPresent(exchange -> exchange.put(LogContext.Snapshot.taken()));
        }
    }
}
