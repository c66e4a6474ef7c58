package dev.userservice.mail;

import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Environment;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Warns at startup if {@code hostname} is not set. The links in mails then begin with whatever host a request names, so
 * that anybody can have a mail sent to somebody else with a link to a host of their own. There is no warning in
 * development mode, where nobody sets a {@code hostname}.
 */
public final class LinkHost implements ProviderEventListener {
    private static final Logger LOG = Logger.getLogger(LinkHost.class);

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent
                && !Environment.isDevMode()
                && ConfigProvider.getConfig()
                        .getOptionalValue("kc.hostname", String.class)
                        .isEmpty()) {
            LOG.warn(
                    "hostname is not set: links in mails lead to whatever host a request names, which may be an attacker's");
        }
    }
}
