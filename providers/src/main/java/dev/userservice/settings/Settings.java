package dev.userservice.settings;

import dev.userservice.web.ApiPath;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * Reads the settings of a tenant. A setting's value is the first of: the realm attribute {@code user-service.<name>},
 * the server option {@code --spi-realm-restapi-extension--api--<name>}, the built-in default. An invalid value is
 * logged once, and the next in line is used; it never prevents a login.
 */
public final class Settings {
    /** The prefix of a setting's name in a realm's attributes. */
    public static final String ATTRIBUTE_PREFIX = "user-service.";

    public static final Setting<Optional<String>> AUDIENCE = new Setting<>(
            "audience",
            "text of 1 to 255 characters; unset means unchecked",
            Optional.empty(),
            text -> Optional.of(bounded(text)),
            "The text that the aud claim of every access token must contain. Each client that calls the API then needs an audience mapper, including the clients of Swagger UI and of the activity log's page.");

    public static final Setting<Integer> ACTIVATION_LIFETIME = number(
            "activation-lifetime",
            new Range("minutes", 5, 10_080),
            60,
            "How long the code of an activation mail is valid after the mail was sent.");

    public static final Setting<Integer> RESET_LIFETIME = number(
            "reset-lifetime",
            new Range("minutes", 5, 1_440),
            15,
            "How long the code for a new password is valid after its mail was sent.");

    public static final Setting<Integer> INVITATION_LIFETIME = number(
            "invitation-lifetime",
            new Range("days", 1, 90),
            7,
            "How long an invitation can be accepted after its last mail was sent.");

    public static final Setting<Integer> RESEND_COOL_DOWN = number(
            "resend-cool-down",
            new Range("seconds", 0, 86_400),
            60,
            "How long a user waits before another mail with a code can be requested for the same account, but never longer than the code is valid. It is also the time between two requests for a new e-mail address of one's own, and the time between two mails about the same kind of change to an address that nobody has proved.");

    public static final Setting<Optional<URI>> FRONTEND_URL = new Setting<>(
            "frontend-url",
            "http(s) URL without query and fragment; unset means Keycloak's own pages",
            Optional.empty(),
            text -> Optional.of(WebAddress.plain(bounded(text))),
            "The tenant's own site. The links in mails are then <site>/verify-email?token=<code>, <site>/reset-password?token=<code> and <site>/accept-invitation?token=<code>.");

    public static final Setting<Optional<URI>> LOGO_URL = new Setting<>(
            "logo-url",
            "http(s) URL of an image, of at most 255 characters; unset means none",
            Optional.empty(),
            text -> Optional.of(WebAddress.of(bounded(text))),
            "The address of the tenant's logo, which login pages and mails show. Browsers and mail programs load it from this address.");

    public static final Setting<Set<String>> MFA_REQUIRED_ROLES = new Setting<>(
            "mfa-required-roles",
            "names of realm roles, with commas between them; unset means none",
            Set.of(),
            Settings::names,
            "Users with one of these roles must use one-time codes.");

    public static final Setting<Integer> RECENT_LOGIN = number(
            "recent-login",
            new Range("seconds", 0, 86_400),
            600,
            "How old a login may be for what hands an account over or ends it: a new password or e-mail address of one's own, setting up or removing one's second factor, ending one's other sessions, and deleting oneself. An older login must be repeated, or the request must have the password. 0 means that any login counts.");

    public static final Setting<Integer> REFRESH_GRACE = number(
            "refresh-grace",
            new Range("seconds", 0, 60),
            0,
            "How long after POST /refresh the same answer is given once more to the same refresh token, as when two tabs send it or the answer was lost. Later uses end the session. 0 means that every second use does.");

    public static final Setting<Boolean> SELF_DELETION = new Setting<>(
            "self-deletion",
            "true or false",
            false,
            Settings::flag,
            "Whether users may delete themselves by DELETE /users/me.");

    public static final Setting<Integer> ACTIVITY_RETENTION = number(
            "activity-retention",
            new Range("days", 0, 36_500),
            365,
            "How long the activity log keeps its rows; 0 keeps them forever.");

    public static final Setting<Integer> PENDING_RETENTION = number(
            "pending-retention",
            new Range("days", 0, 36_500),
            30,
            "How long an account that somebody has registered or an admin has made is kept if nobody activates it, and an invitation, with its account, after it has expired; 0 keeps them forever.");

    public static final Setting<Integer> NEW_DEVICE_MAIL = number(
            "new-device-mail",
            new Range("days", 0, 3_650),
            90,
            "A login by a browser in a network from which the user has not logged in with it for so many days sends the user a mail; 0 sends none. The activity log must keep its rows for as long.");

    public static final Setting<Boolean> ACTIVITY_TOKEN_REFRESHES = new Setting<>(
            "activity-token-refreshes",
            "true or false",
            false,
            Settings::flag,
            "Whether the activity log records each refresh of a token.");

    public static final Setting<Boolean> WEAK_HASHES = new Setting<>(
            "weak-hashes",
            "true or false",
            false,
            Settings::flag,
            "Whether an import accepts password hashes that can be guessed quickly, such as one round of MD5.");

    public static final Setting<Optional<URI>> OLD_SERVICE_URL = new Setting<>(
            "old-service-url",
            "https URL; unset means none",
            Optional.empty(),
            text -> Optional.of(WebAddress.of(bounded(text))),
            "The address of the user service that the tenant used before. At the first login of an unknown user, it is asked whether the password is right, and the user is then created. The platform realm never asks.");

    public static final Setting<Optional<String>> OLD_SERVICE_TOKEN = new Setting<>(
            "old-service-token",
            "the key of an entry in Keycloak's vault; unset means none",
            Optional.empty(),
            text -> Optional.of(bounded(text)),
            "The bearer token that is sent to the old service.");

    public static final Setting<String> APIDOCS_CLIENT = new Setting<>(
            "apidocs-client",
            "the client_id of a public client",
            "app",
            Settings::bounded,
            "The client with which users log in on the page of the API's documentation, if the client exists and is enabled.");

    public static final Setting<Rate> LIMIT_LOGIN = limit(
            "limit-login",
            "5/1m",
            "How often an address may call POST /login, and how often a user may send a current password, to change it or in place of a recent login.");

    public static final Setting<Rate> LIMIT_REGISTER = limit(
            "limit-register", "5/1m", "How often an address may register a user, by the API or on Keycloak's page.");

    public static final Setting<Rate> LIMIT_MAILBOX = limit(
            "limit-mailbox",
            "5/1h",
            "How many accounts may be registered for one mailbox. The part of the address between a + and the @ is ignored.");

    public static final Setting<Rate> LIMIT_ACTIVATION = limit(
            "limit-activation",
            "5/1m",
            "How often an address may send the code that activates an account, or that proves a new address, to the API.");

    public static final Setting<Rate> LIMIT_RESEND =
            limit("limit-resend", "5/1m", "How often an address may request another activation mail.");

    public static final Setting<Rate> LIMIT_FORGOT =
            limit("limit-forgot", "5/1m", "How often an address may request a mail for a new password by the API.");

    public static final Setting<Rate> LIMIT_RESET =
            limit("limit-reset", "5/1m", "How often an address may send the code and a new password to the API.");

    public static final Setting<Rate> LIMIT_REFRESH = limit(
            "limit-refresh",
            "30/1m",
            "How often the tokens of a session may be refreshed, by the API or at Keycloak's token endpoint.");

    public static final Setting<Rate> LIMIT_CALLER = limit(
            "limit-caller", "600/1m", "How often a user or a service account may call the API with an access token.");

    public static final Setting<Rate> LIMIT_METRICS =
            limit("limit-metrics", "10/1m", "How often a vendor may call GET /metrics.");

    public static final Setting<Rate> LIMIT_ANONYMOUS = limit(
            "limit-anonymous",
            "600/1m",
            "How often an address may call routes without an access token, if the route has no limit of its own.");

    public static final Setting<Rate> LIMIT_FAILED_LOGIN = limit(
            "limit-failed-login",
            "5/15m",
            "How often a login to one account may fail from one address, at the API, the login page or the token endpoint.");

    public static final Setting<Rate> LIMIT_FAILED_ADDRESS = limit(
            "limit-failed-address", "100/1m", "How often logins from one address may fail, to all accounts together.");

    public static final Setting<Rate> LIMIT_RIGHT_LOGIN = limit(
            "limit-right-login",
            "20/1m",
            "How often the right password or code of one account is accepted, from all addresses together, even if no login follows. The reason is that each password costs a hash.");

    public static final Setting<Rate> LIMIT_FORM = limit(
            "limit-form",
            "100/1m",
            "How often an address may submit the form for a forgotten password on Keycloak's page.");

    public static final Setting<Rate> LIMIT_OLD_SERVICE = limit(
            "limit-old-service",
            "30/1h",
            "How often the old service is asked about one name, from all addresses together.");

    /** All settings for which a tenant can have its own value. */
    public static final List<Setting<?>> TENANT_SETTINGS = List.of(
            AUDIENCE,
            ACTIVATION_LIFETIME,
            RESET_LIFETIME,
            INVITATION_LIFETIME,
            RESEND_COOL_DOWN,
            FRONTEND_URL,
            LOGO_URL,
            MFA_REQUIRED_ROLES,
            RECENT_LOGIN,
            REFRESH_GRACE,
            SELF_DELETION,
            ACTIVITY_RETENTION,
            PENDING_RETENTION,
            NEW_DEVICE_MAIL,
            ACTIVITY_TOKEN_REFRESHES,
            WEAK_HASHES,
            OLD_SERVICE_URL,
            OLD_SERVICE_TOKEN,
            APIDOCS_CLIENT,
            LIMIT_LOGIN,
            LIMIT_REGISTER,
            LIMIT_MAILBOX,
            LIMIT_ACTIVATION,
            LIMIT_RESEND,
            LIMIT_FORGOT,
            LIMIT_RESET,
            LIMIT_REFRESH,
            LIMIT_CALLER,
            LIMIT_METRICS,
            LIMIT_ANONYMOUS,
            LIMIT_FAILED_LOGIN,
            LIMIT_FAILED_ADDRESS,
            LIMIT_RIGHT_LOGIN,
            LIMIT_FORM,
            LIMIT_OLD_SERVICE);

    public static final Setting<Optional<String>> PLATFORM_REALM = new Setting<>(
            "platform-realm",
            "a realm's name of 1 to 255 characters; unset means that there are no vendors",
            Optional.empty(),
            text -> Optional.of(bounded(text)),
            "The realm whose users with the role vendor may call every tenant. The server looks for this name once and keeps the realm's id. A later rename, or another realm of that name, changes nothing.");

    public static final Setting<Integer> ACTIVITY_PURGE_INTERVAL = number(
            "activity-purge-interval",
            new Range("seconds", 1, 86_400),
            600,
            "How often the server deletes the rows of the activity log that have reached their retention.");

    public static final Setting<Integer> TENANT_GAUGES_INTERVAL = number(
            "tenant-gauges-interval",
            new Range("seconds", 1, 86_400),
            60,
            "How often the users of all tenants are counted for the gauges on the management port.");

    public static final Setting<Boolean> APIDOCS = new Setting<>(
            "apidocs",
            "true or false",
            true,
            Settings::flag,
            "Whether each tenant has the page of the API's documentation at GET /apidocs.");

    public static final Setting<Optional<String>> REDIS_URL = new Setting<>(
            "redis-url",
            "redis://[user:password@]host[:port][/database], rediss:// for TLS; unset means that each node counts for itself",
            Optional.empty(),
            text -> Optional.of(text),
            "The Redis on which all nodes of a cluster count the rate limits together.");

    public static final Setting<Set<String>> OLD_SERVICE_HOSTS = new Setting<>(
            "old-service-hosts",
            "hosts, with or without a port, with commas between them; unset means none",
            Set.of(),
            Settings::names,
            "The hosts that tenants may name in old-service-url. A host that belongs to one tenant is written as <realm>=<host>; no other tenant may then name it.");

    public static final Setting<Boolean> OLD_SERVICE_PRIVATE_ADDRESSES = new Setting<>(
            "old-service-private-addresses",
            "true or false",
            false,
            Settings::flag,
            "Whether these hosts may have addresses of private networks.");

    public static final Setting<String> ARGON2_LIBRARY = new Setting<>(
            "argon2-library",
            "auto, jar, system or off",
            "auto",
            text -> oneOf(text, "auto", "jar", "system", "off"),
            "Where libsodium comes from, which computes the password hash Argon2 in half the time. auto takes the library in the jar, or else that of the system, or else Keycloak's own code; jar and system allow only the one, or else Keycloak's own code; off is Keycloak's own code alone.");

    public static final Setting<String> SIGNING_LIBRARY = new Setting<>(
            "signing-library",
            "auto or off",
            "auto",
            text -> oneOf(text, "auto", "off"),
            "Whether a native library in the jar signs tokens by RS256, which takes a third of the time of Java's own code. off is Java's own code alone.");

    public static final Setting<Boolean> GATE = new Setting<>(
            "gate",
            "true or false",
            true,
            Settings::flag,
            "Whether requests that hash a password wait for their turn before they take a thread, so that other requests need not wait for them.");

    public static final Setting<Integer> GATE_PERMITS = number(
            "gate-permits",
            new Range("requests", 0, 10_000),
            0,
            "How many requests may hash passwords at once; 0 for twice the number of cores and one more. One tenant leaves the last one to others, unless there is only one.");

    public static final Setting<Integer> GATE_WAIT = number(
            "gate-wait",
            new Range("seconds", 1, 60),
            5,
            "How long a request waits for its turn before it is refused with 503.");

    public static final Setting<Integer> GATE_WAITING = number(
            "gate-waiting",
            new Range("requests", 1, 100_000),
            2_000,
            "How many requests may wait for their turn in all; of those beyond, one is refused with 503 at once.");

    public static final Setting<Integer> GATE_WAITING_OF_TENANT = number(
            "gate-waiting-of-tenant",
            new Range("requests", 1, 100_000),
            500,
            "How many requests of one tenant may wait for their turn.");

    /** The settings of the whole server, which no tenant can set. */
    public static final List<Setting<?>> OF_THE_SERVER = List.of(
            PLATFORM_REALM,
            ACTIVITY_PURGE_INTERVAL,
            TENANT_GAUGES_INTERVAL,
            APIDOCS,
            REDIS_URL,
            OLD_SERVICE_HOSTS,
            OLD_SERVICE_PRIVATE_ADDRESSES,
            ARGON2_LIBRARY,
            SIGNING_LIBRARY,
            GATE,
            GATE_PERMITS,
            GATE_WAIT,
            GATE_WAITING,
            GATE_WAITING_OF_TENANT);

    private static final Logger LOG = Logger.getLogger(Settings.class);

    /**
     * The invalid value that was logged last, by its place. Realms and settings limit its size, not what clients send.
     */
    private static final Map<String, String> COMPLAINTS = new ConcurrentHashMap<>();

    private final Config.Scope server;

    /** The texts of the server's options that were read once: reading an option is slow, and none changes at run time. */
    private final Map<String, Optional<String>> texts = new ConcurrentHashMap<>();

    Settings(Config.Scope server) {
        this.server = server;
    }

    /** Returns the settings with the options of the realm resource provider, for code in any provider. */
    public static Settings ofThisServer() {
        return new Settings(Config.scope("realm-restapi-extension", ApiPath.EXTENSION));
    }

    /** Returns the server's options, for {@code kc.sh show-config} and Keycloak's documentation of providers. */
    public static List<ProviderConfigProperty> options() {
        ProviderConfigurationBuilder options = ProviderConfigurationBuilder.create();
        List.of(TENANT_SETTINGS, OF_THE_SERVER)
                .forEach(settings -> settings.forEach(setting -> options.property()
                        .name(setting.name())
                        .label(setting.name())
                        .type(ProviderConfigProperty.STRING_TYPE)
                        .helpText(setting.help() + " Value: " + setting.valueFormat() + ".")
                        .add()));
        return options.build();
    }

    /** Returns the value that applies to a tenant. */
    public <T> T of(RealmModel tenant, Setting<T> setting) {
        String attribute = setting.attribute();
        return parse(tenant.getName() + "/" + attribute, tenant.getAttribute(attribute), setting)
                .orElseGet(() -> ofServer(setting));
    }

    /** Returns the value that applies to the server: its option, or else the default. */
    public <T> T ofServer(Setting<T> setting) {
        return parse("option " + setting.name(), option(setting).orElse(null), setting)
                .orElse(setting.defaultValue());
    }

    /** Returns the server's value in the form in which it is written; empty if nothing is set. */
    String textOfServer(Setting<?> setting) {
        return option(setting)
                .map(String::strip)
                .filter(text -> parse("option " + setting.name(), text, setting).isPresent())
                .orElseGet(setting::fallbackText);
    }

    private Optional<String> option(Setting<?> setting) {
        return texts.computeIfAbsent(setting.name(), name -> Optional.ofNullable(server.get(name)));
    }

    private <T> Optional<T> parse(String place, String text, Setting<T> setting) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(setting.parse(text));
        } catch (IllegalArgumentException e) {
            if (!text.equals(COMPLAINTS.put(place, text))) {
                LOG.warnf(
                        "The setting %s has a bad value and is passed over; it must be %s",
                        place, setting.valueFormat());
            }
            return Optional.empty();
        }
    }

    private static Setting<Integer> number(String name, Range range, int defaultValue, String help) {
        return new Setting<>(name, range.valueFormat(), defaultValue, range::parse, help);
    }

    private static Setting<Rate> limit(String name, String defaultValue, String help) {
        return new Setting<>(name, Rate.KIND, Rate.parse(defaultValue), Rate::parse, help);
    }

    private static Set<String> names(String text) {
        return Stream.of(bounded(text).split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("true or false");
        }
        return Boolean.parseBoolean(text);
    }

    private static String oneOf(String text, String... values) {
        if (!List.of(values).contains(text)) {
            throw new IllegalArgumentException(String.join(" or ", values));
        }
        return text;
    }

    private static String bounded(String text) {
        if (text.length() > 255) {
            throw new IllegalArgumentException("at most 255 characters");
        }
        return text;
    }
}
