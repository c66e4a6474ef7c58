package dev.userservice.it;

import io.restassured.RestAssured;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values that {@code /metrics} of the management port showed at one moment.
 *
 * @param values the value of each series; the key is the name of the series with its labels in the order of the scrape, such as
 * {@code name{a="b",c="d"}}
 */
record Scrape(Map<String, Double> values) {
    private static final Pattern LINE = Pattern.compile("(?<series>[a-z0-9_]+(\\{.*})?) (?<value>\\S+)");

    static Scrape of(TestServer server) {
        Map<String, Double> values = new TreeMap<>();
        RestAssured.get(server.node().management() + "/metrics")
                .asString()
                .lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .forEach(line -> values.put(line.group("series"), Double.valueOf(line.group("value"))));
        return new Scrape(values);
    }

    /** Returns the series of a tenant, without the label that names the tenant. */
    Scrape of(Tenant tenant) {
        String label = "realm=\"" + tenant.name() + "\"";
        Map<String, Double> own = new TreeMap<>();
        values.forEach((series, value) -> {
            if (series.contains(label)) {
                own.put(series.replaceFirst(",?" + label, "").replace("{,", "{").replace("{}", ""), value);
            }
        });
        return new Scrape(own);
    }

    Scrape only(Predicate<String> series) {
        Map<String, Double> kept = new TreeMap<>(values);
        kept.keySet().removeIf(series.negate());
        return new Scrape(kept);
    }

    /** Returns by how much each series has grown since an earlier scrape. Series that have not grown are left out. */
    Map<String, Double> since(Scrape before) {
        Map<String, Double> grown = new TreeMap<>();
        values.forEach((series, value) -> {
            double growth = value - before.values.getOrDefault(series, 0.0);
            if (growth != 0) {
                grown.put(series, growth);
            }
        });
        return grown;
    }
}
