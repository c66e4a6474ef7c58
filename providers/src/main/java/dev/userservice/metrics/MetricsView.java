package dev.userservice.metrics;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.activity.ActivityRow;
import dev.userservice.metrics.TenantFigures.Figures;
import dev.userservice.web.JsonAnswer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The figures as the API shows them. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "Metrics")
public record MetricsView(
        Users users,
        @Schema(description = "How many tenants there are") long tenants,
        @Schema(description = "The newest first") List<RecentActivity> recentActivities,
        @Schema(description = "By name") List<TenantMetrics> byTenant)
        implements JsonAnswer {

    /** The number of users in all tenants. */
    @Schema(name = "UserCounts")
    public record Users(long total, long active, long verified) {}

    /** An activity in a tenant. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "RecentActivity")
    public record RecentActivity(
            String action,

            @Schema(description = "To whom; null if that is nobody, or not known", nullable = true)
            String userId,

            String tenant,
            Instant createdAt) {}

    /** The figures of one tenant. */
    @Schema(name = "TenantMetrics")
    public record TenantMetrics(
            String tenant,
            long total,
            long active,
            long verified,

            @JsonProperty("logins_24h")
            @Schema(name = "logins_24h", description = "Logins in the last 24 hours, by whatever way in")
            long logins) {}

    static MetricsView of(List<Figures> tenants, List<ActivityRow> recent) {
        List<TenantFigures.Users> users = tenants.stream().map(Figures::users).toList();
        Map<String, String> names =
                users.stream().collect(Collectors.toMap(TenantFigures.Users::realmId, TenantFigures.Users::name));
        return new MetricsView(
                new Users(
                        users.stream().mapToLong(TenantFigures.Users::total).sum(),
                        users.stream().mapToLong(TenantFigures.Users::active).sum(),
                        users.stream().mapToLong(TenantFigures.Users::verified).sum()),
                tenants.size(),
                recent.stream()
                        // The tenant may have been created between the two queries.
                        .filter(row -> names.containsKey(row.realmId()))
                        .map(row -> new RecentActivity(
                                row.action(),
                                row.userId(),
                                names.get(row.realmId()),
                                Instant.ofEpochMilli(row.createdAt())))
                        .toList(),
                tenants.stream()
                        .map(tenant -> new TenantMetrics(
                                tenant.users().name(),
                                tenant.users().total(),
                                tenant.users().active(),
                                tenant.users().verified(),
                                tenant.logins()))
                        .toList());
    }
}
