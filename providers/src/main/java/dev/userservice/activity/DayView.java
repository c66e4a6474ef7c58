package dev.userservice.activity;

import java.time.LocalDate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The logins of a user on one day, as the API shows them. */
@Schema(name = "ActivityDay", description = "A day of UTC")
public record DayView(
        @Schema(description = "The day, of UTC", format = "date")
        LocalDate date,

        @Schema(description = "How many logins succeeded; null on a day that is not counted", nullable = true)
        Long logins,

        @Schema(description = "How many logins failed; null on a day that is not counted", nullable = true)
        Long failures) {}
