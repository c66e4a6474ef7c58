package dev.userservice.api;

import dev.userservice.account.PasswordResetMails;
import dev.userservice.activation.ActivationMails;
import dev.userservice.activity.AccountNotification;
import dev.userservice.activity.PurgeScheduler;
import dev.userservice.codes.CodePurge;
import dev.userservice.devices.DeviceWatch;
import dev.userservice.devices.NewDeviceMail;
import dev.userservice.emailchange.EmailChangeMails;
import dev.userservice.invitations.InvitationMail;
import dev.userservice.invitations.InvitationPurge;
import dev.userservice.keycloak.Entities;
import dev.userservice.mail.OutboxJob;
import dev.userservice.mail.OutboxWorker;
import dev.userservice.metrics.TenantGauges;
import dev.userservice.mfa.TotpSetups;
import dev.userservice.moving.FormerNameRecorder;
import dev.userservice.moving.OldServiceLogins;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiPath;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/** Adds the API below every realm's path; each call checks whether its realm serves it. */
public final class ApiResourceProviderFactory implements RealmResourceProviderFactory {
    private Settings settings;
    private OutboxWorker outbox;
    private DeviceWatch devices;
    private PurgeScheduler purge;
    private TenantGauges gauges;

    @Override
    public String getId() {
        return ApiPath.EXTENSION;
    }

    @Override
    public void init(Config.Scope config) {
        settings = Settings.ofThisServer();
        outbox = new OutboxWorker(
                Stream.of(
                                ActivationMails.jobs(settings),
                                PasswordResetMails.jobs(settings),
                                List.of(InvitationMail.of(settings)),
                                EmailChangeMails.jobs(settings),
                                List.<OutboxJob>of(AccountNotification.values()),
                                List.<OutboxJob>of(new NewDeviceMail(settings)))
                        .flatMap(List::stream)
                        .toList(),
                Map.of(
                        "Expired codes cannot be purged", CodePurge::purge,
                        "Old invitations cannot be purged", InvitationPurge::purge,
                        "Expired secrets cannot be purged", TotpSetups::purge));
        devices = new DeviceWatch(settings);
        purge = new PurgeScheduler(settings);
        gauges = new TenantGauges(settings, Metrics.globalRegistry);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        factory.register(outbox);
        factory.register(devices);
        factory.register(purge);
        factory.register(gauges);
        factory.register(new OldServiceLogins(settings, Metrics.globalRegistry));
        factory.register(new FormerNameRecorder(settings));
    }

    /**
     * Returns the providers that Keycloak closes only after this factory: the outbox first completes what it has begun.
     */
    @Override
    public Set<Class<? extends Provider>> dependsOn() {
        return Entities.NEEDED;
    }

    @Override
    public RealmResourceProvider create(KeycloakSession session) {
        return new ApiResourceProvider(session, settings);
    }

    /** Returns the age of the oldest mail that was requested and is not delivered. */
    Duration mailLag() {
        return outbox.lag();
    }

    @Override
    public List<ProviderConfigProperty> getConfigMetadata() {
        return Settings.options();
    }

    @Override
    public void close() {
        devices.close();
        outbox.close();
        purge.close();
        gauges.close();
    }
}
