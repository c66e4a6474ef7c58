package dev.userservice.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs the rules of axe-core, which check that people who see, hear or move in other ways can use a page. */
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

    /** Returns the violations that block somebody seriously or completely. */
    static List<?> barriers(Browser browser) {
        browser.run(CORE);
        return (List<?>) browser.driver().executeAsyncScript(BARRIERS);
    }
}
