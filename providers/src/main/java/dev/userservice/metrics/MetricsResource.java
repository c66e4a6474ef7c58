package dev.userservice.metrics;

import dev.userservice.access.ApiCall;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Serves the figures of all tenants, or of one, to the vendor. The metrics for scrapers are on the management port. */
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "System")
public final class MetricsResource {
    private static final int RECENT = 10;

    private final ApiCall call;

    public MetricsResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("metrics")
    @Operation(
            operationId = "getMetrics",
            summary = "How many users there are, and what was done last",
            description = "On the platform realm over all tenants, on a tenant's realm over that tenant. Vendors only.")
    public MetricsView metrics() {
        TenantFigures figures = new TenantFigures(call.session(), InstantSource.system());
        Optional<String> one = call.tenancy().isPlatform()
                ? Optional.empty()
                : Optional.of(call.realm().getId());
        return MetricsView.of(figures.all(one), figures.newest(one, RECENT));
    }
}
