package dev.userservice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import freemarker.template.TemplateMethodModelEx;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.theme.Theme;
import org.keycloak.theme.beans.MessageFormatterMethod;
import org.keycloak.theme.freemarker.DefaultFreeMarkerProvider;

/** Tests each of our mails in each language as Keycloak renders it. {@code target/mails} keeps the mails for people to look at. */
final class MailTemplatesTest {
    private static final Path THEMES = Path.of("../themes");
    private static final Path KEPT = Path.of("target/mails");
    private static final List<Path> FOLDERS =
            List.of(THEMES.resolve("user-service/email"), THEMES.resolve("any-theme/templates"));

    private static final String USERNAME = "<script>alert(\"{0}\")</script>'s";
    private static final String REALM = "Bread & <b>Butter</b>";
    private static final String LINK = "https://shop.example.com/verify-email?token=a&b=\"c\"";
    private static final String CODE = "RX02-5MJ6-8Q1W-ZC4D-7TNH-K3PV-29YB";

    /** Says for each mail which readers it tells the name of the account. */
    private static final Map<String, Named> MAILS = Map.of(
            "activation", Named.TO_NOBODY,
            "email-changed", Named.TO_WHO_IS_PROVED,
            "email-proof", Named.TO_NOBODY,
            "email-stop", Named.TO_WHO_IS_PROVED,
            "invitation", Named.TO_ANYBODY,
            "invite", Named.TO_ANYBODY,
            "mfa-changed", Named.TO_WHO_IS_PROVED,
            "new-device", Named.TO_WHO_IS_PROVED,
            "password-changed", Named.TO_WHO_IS_PROVED,
            "password-reset", Named.TO_WHO_IS_PROVED);

    private enum Named {
        TO_NOBODY,
        TO_WHO_IS_PROVED,
        /** The mail tells everybody the name, because an admin chose it and the reader may need it to log in. */
        TO_ANYBODY
    }

    static Stream<Arguments> mails() {
        return MAILS.keySet().stream()
                .flatMap(mail -> MessagesTest.languages().stream().map(language -> Arguments.of(mail, language)));
    }

    @ParameterizedTest
    @MethodSource("mails")
    void whatUsersCallThemselvesIsTextAndNoTextIsMissing(String mail, String language) throws Exception {
        String html = rendered("html", mail, language);
        String text = rendered("text", mail, language);

        assertFalse((html + text).contains("userService"), text);
        assertTrue(html.contains("lang=\"" + language + "\" dir=\"ltr\""), html);
        assertTrue(html.contains("<img src=\"https://cdn.example.com/logo.svg?a=1&amp;b=2\" alt=\"\""), html);
        assertFalse(html.contains("<b>Butter") || html.contains("<script"), html);
        assertTrue(html.contains("Bread &amp; &lt;b&gt;Butter&lt;/b&gt;"), html);
        assertTrue(text.contains(REALM), text);
        boolean isNamed = MAILS.get(mail) != Named.TO_NOBODY;
        assertEquals(isNamed, text.contains(USERNAME), text);
        assertEquals(isNamed, html.contains("&lt;script&gt;alert(&quot;{0}&quot;)&lt;/script&gt;&#39;s"), html);
        if (text.contains(CODE)) {
            assertTrue(text.contains("\n" + LINK + "\n"), text);
            assertTrue(html.contains("<a href=\"" + LINK.replace("&", "&amp;").replace("\"", "&quot;")), html);
            assertTrue(html.contains(">" + CODE + "<"), html);
        }
    }

    @ParameterizedTest
    @MethodSource("mails")
    void whoHasNotProvedTheAddressIsToldNoName(String mail, String language) throws Exception {
        Map<String, Object> model = model(language);
        model.remove("accountName");
        for (String format : List.of("html", "text")) {
            String rendered = processed(model, format, mail);
            assertEquals(MAILS.get(mail) == Named.TO_ANYBODY, rendered.contains("script"), rendered);
        }
    }

    /** The texts in this test have the form of Keycloak's own texts and differ only in their content. */
    @ParameterizedTest
    @ValueSource(strings = {"org-invite", "workflow-notification"})
    void aLinkInATextOfKeycloaksIsALink(String mail) throws Exception {
        Properties texts = new Properties();
        texts.put("orgInviteBody", "Join {3}.\n\n{0}\n\nWithin {4}.");
        Map<String, Object> model = model("en");
        model.put("msg", new MessageFormatterMethod(Locale.ENGLISH, texts));
        model.put("organization", Map.of("name", REALM));
        model.put("subjectKey", "A subject");
        model.put("messageKey", "customMessage");
        model.put("customMessage", REALM + "\n" + LINK + "\n");
        model.put("daysRemaining", 3);
        model.put("reason", "none");
        String text =
                new DefaultFreeMarkerProvider(null, null).processTemplate(model, "text/" + mail + ".ftl", theme());
        assertTrue(text.contains("\n" + LINK + "\n"), text);
        assertTrue(text.contains(REALM), text);
    }

    private static String processed(Map<String, Object> model, String format, String mail) throws Exception {
        return new DefaultFreeMarkerProvider(null, null)
                .processTemplate(model, format + "/user-service-" + mail + ".ftl", theme());
    }

    private static String rendered(String format, String mail, String language) throws Exception {
        String rendered = processed(model(language), format, mail);
        Files.createDirectories(KEPT);
        Files.writeString(KEPT.resolve(mail + "-" + language + "." + format), rendered);
        return rendered;
    }

    /** Returns a model with the values that Keycloak gives to every mail and the values that our own mails add. */
    private static Map<String, Object> model(String language) throws IOException {
        Map<String, Object> model = new HashMap<>();
        Locale locale = Locale.forLanguageTag(language);
        model.put("locale", locale);
        model.put("ltr", true);
        model.put("msg", new MessageFormatterMethod(locale, MessagesTest.messages(language)));
        model.put("realmName", REALM);
        model.put("subject", "The subject");
        model.put("user", Map.of("username", USERNAME));
        model.put("accountName", USERNAME);
        model.put("logoUrl", "https://cdn.example.com/logo.svg?a=1&b=2");
        model.put("inviter", "Ada & Bob");
        model.put("link", LINK);
        model.put("code", CODE);
        model.put("linkExpiration", 60);
        model.put("isFirstProof", true);
        model.put("linkExpirationFormatter", (TemplateMethodModelEx) minutes -> minutes.get(0) + " min");
        model.put("changedAt", "Nov 22, 2026, 11:05:00 UTC");
        model.put("loggedInAt", "Nov 22, 2026, 11:05:00 UTC");
        model.put("device", "Firefox 145.0, Linux");
        model.put("ipAddress", "2001:db8::1");
        model.put("isEnabled", true);
        model.put("isToTheNew", true);
        model.put("maskedEmail", "n***@e***.com");
        return model;
    }

    private static Theme theme() {
        return (Theme) Proxy.newProxyInstance(
                Theme.class.getClassLoader(),
                new Class<?>[] {Theme.class},
                (proxy, method, arguments) -> template((String) arguments[0]));
    }

    private static URL template(String name) throws MalformedURLException {
        for (Path folder : FOLDERS) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name).toUri().toURL();
            }
        }
        return null;
    }
}
