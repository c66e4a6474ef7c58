package dev.userservice.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The rules of axe-core, by which a page can be used by people who see, hear or move otherwise. */
final class Axe {
    private static final String CORE = core();

    private static final String BARRIERS = """
            const done = arguments[0];
            axe.run({resultTypes: ['violations']}).then(
                results => done(results.violations
                    .filter(rule => ['serious', 'critical'].includes(rule.impact))
                    .flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html} ${node.failureSummary}`))),
                failure => done([String(failure)]));
            """;

    private Axe() {}

    private static String core() {
        try (InputStream core = Axe.class.getResourceAsStream("/axe.min.js")) {
            return new String(core.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is in the way of somebody, seriously or altogether. */
    static List<?> barriers(Browser browser) {
        browser.run(CORE);
        return (List<?>) browser.driver().executeAsyncScript(BARRIERS);
    }
}
