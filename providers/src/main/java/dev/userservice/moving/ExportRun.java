package dev.userservice.moving;

import dev.userservice.access.ApiCall;
import dev.userservice.http.CurrentRequest;
import dev.userservice.web.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * One export, from the first user to the last. Each page of users is read in a transaction of its own, which has ended
 * before the page is sent: a client that reads slowly holds neither a connection of the database nor a row.
 */
final class ExportRun {
    private static final Logger LOG = Logger.getLogger(ExportRun.class);

    private final ApiCall call;
    private final boolean withSecrets;

    /**
     * Prepares an export.
     *
     * @param call the call, whose own transaction has ended
     */
    ExportRun(ApiCall call, boolean withSecrets) {
        this.call = call;
        this.withSecrets = withSecrets;
    }

    /**
     * Writes all users, a line for each.
     *
     * @param behind the id behind which the export begins
     * @throws IOException if the client does not read any more
     */
    void run(Optional<String> behind, OutputStream out) throws IOException {
        String last = behind.orElse("");
        List<UserLine> page = page(last);
        while (!page.isEmpty()) {
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            for (UserLine user : page) {
                lines.writeBytes(StrictJson.write(user).getBytes(StandardCharsets.UTF_8));
                lines.write('\n');
                last = user.id();
            }
            lines.writeTo(out);
            out.flush();
            page = page.size() < ExportPage.SIZE ? List.of() : nextPage(last);
        }
    }

    /** Reads a page after others have been sent: if it fails, the client must notice. */
    private List<UserLine> nextPage(String after) {
        try {
            return page(after);
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "An export of users has broken off behind %s", after);
            CurrentRequest.current().ifPresent(CurrentRequest::breakOff);
            throw failure;
        }
    }

    private List<UserLine> page(String after) {
        return KeycloakModelUtils.runJobInTransactionWithResult(
                call.session().getKeycloakSessionFactory(),
                call.session().getContext(),
                session -> new ExportPage(call.in(session), withSecrets).after(after),
                "export of users");
    }
}
