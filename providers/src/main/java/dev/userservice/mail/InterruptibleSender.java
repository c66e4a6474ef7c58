package dev.userservice.mail;

import jakarta.mail.Service;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.keycloak.Config;
import org.keycloak.email.DefaultEmailSenderProviderFactory;
import org.keycloak.models.KeycloakSession;

/**
 * Lets Keycloak send the worker's mails over connections that close when their thread is interrupted. Keycloak's time-outs
 * limit the wait for each line of a reply alone, so that a mail server that never ends a reply would keep a thread for
 * ever. Mails of others than the worker are sent as ever.
 */
public final class InterruptibleSender extends DefaultEmailSenderProviderFactory {
    private static final String WANTED = InterruptibleSender.class.getName();

    /** The property of Angus Mail for connections that an interrupt closes (channels of NIO). */
    private static final String CHANNELS = "mail.smtp.usesocketchannels";

    /** The settings of a transport. Keycloak creates them, and lets nobody add to them. */
    private static final VarHandle SETTINGS = settings();

    private static VarHandle settings() {
        try {
            return MethodHandles.privateLookupIn(Service.class, MethodHandles.lookup())
                    .findVarHandle(Service.class, "session", Session.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Makes the connections interruptible over which this session will send mails. */
    static void use(KeycloakSession session) {
        session.setAttribute(WANTED, true);
    }

    @Override
    public void init(Config.Scope config) {
        super.init(config);
        getEmailAuthenticators().replaceAll((type, keycloaks) -> (session, smtp, transport) -> {
            if (session.getAttribute(WANTED) != null) {
                makeInterruptible(transport);
            }
            keycloaks.connect(session, smtp, transport);
        });
    }

    private static void makeInterruptible(Transport transport) {
        ((Session) SETTINGS.get((Service) transport)).getProperties().setProperty(CHANNELS, "true");
    }

    @Override
    public String getId() {
        return "user-service";
    }

    /** Returns an order before Keycloak's own provider, which has 0. */
    @Override
    public int order() {
        return 1;
    }
}
