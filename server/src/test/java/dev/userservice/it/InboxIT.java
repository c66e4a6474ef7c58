package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.ws.rs.InternalServerErrorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests that Keycloak's own mails reach the tests that read them. */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.LATE_MAIL)
final class InboxIT {
    @Test
    void aTenantsMailArrives(Tenant tenant) {
        tenant.admin().users().get(tenant.addUser("ines")).sendVerifyEmail();
        Inbox.Mail mail = tenant.inbox().next("ines@example.com");
        assertEquals("Verify email", mail.subject());
        assertEquals(
                "/realms/" + tenant.name() + "/login-actions/action-token",
                mail.link().getPath());
    }

    @Test
    void aTenantCanHaveMailThatFails(TestServer server) {
        try (SmtpProxy proxy = SmtpProxy.before(server.inbox())) {
            Tenant tenant = Tenant.on(server, proxy.smtp());
            var unreached = tenant.admin().users().get(tenant.addUser("unreached"));
            proxy.down();
            assertThrows(InternalServerErrorException.class, unreached::sendVerifyEmail);
            proxy.up();
            unreached.sendVerifyEmail();
            server.inbox().next("unreached@example.com");
            assertEquals(1, server.inbox().count("unreached@example.com"));
            assertEquals(1, proxy.attempts());
        }
    }
}
