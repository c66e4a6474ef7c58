package dev.userservice.bench;

import dev.userservice.server.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** A benchmark's section of {@code RESULTS.md}. Writing it leaves the other sections unchanged. */
final class Results {
    private static final String HEAD = """
            # Measured

            Written by `bench/run.sh`; [README.md](README.md) tells how to read it. A target is met if the 95 % interval
            of the ratio includes it or is better.
            """;

    private final String title;
    private final StringBuilder rows = new StringBuilder("""
            | what | side by side with | must be | ratio (95 % interval) | ours | theirs | verdict |
            |---|---|---|---|---|---|---|
            """);

    Results(String title) {
        this.title = title;
    }

    /** Adds the throughput, the p95 and the CPU time of requests. The first two may each have a target. */
    Results requests(String what, String with, Comparison c, OptionalDouble throughput, OptionalDouble p95) {
        String ours = Comparison.throughput(c.ours());
        String theirs = Comparison.throughput(c.theirs());
        atLeast(throughput, what + ": throughput", with, c.throughputRatio(), ours, theirs);
        ours = Comparison.percentiles(c.ours());
        theirs = Comparison.percentiles(c.theirs());
        atMost(p95, what + ": p95", with, c.p95Ratio(), ours, theirs);
        ours = Comparison.cpu(c.ours());
        theirs = Comparison.cpu(c.theirs());
        return atMost(OptionalDouble.empty(), what + ": CPU of the server", with, c.cpuRatio(), ours, theirs);
    }

    /** Adds a figure of which more is better, with a target or without one. */
    Results atLeast(OptionalDouble target, String what, String with, Ratio ratio, String ours, String theirs) {
        if (target.isEmpty()) {
            return row(what, with, "–", ratio.toString(), ours, theirs, "–");
        }
        String verdict = ratio.high() >= target.getAsDouble() ? "met" : "**missed**";
        return row(what, with, ">= " + target.getAsDouble(), ratio.toString(), ours, theirs, verdict);
    }

    /** Adds a figure of which less is better, with a target or without one. */
    Results atMost(OptionalDouble target, String what, String with, Ratio ratio, String ours, String theirs) {
        if (target.isEmpty()) {
            return row(what, with, "–", ratio.toString(), ours, theirs, "–");
        }
        String verdict = ratio.low() <= target.getAsDouble() ? "met" : "**missed**";
        return row(what, with, "<= " + target.getAsDouble(), ratio.toString(), ours, theirs, verdict);
    }

    /** Adds a figure of ours that has nothing to compare it with, and that perhaps must not be more than a limit. */
    Results alone(OptionalDouble most, String what, double figure, String unit) {
        String ours = "%.1f %s".formatted(figure, unit);
        if (most.isEmpty()) {
            return row(what, "–", "–", "–", ours, "–", "–");
        }
        String target = "<= %.1f %s".formatted(most.getAsDouble(), unit);
        return row(what, "–", target, "–", ours, "–", figure <= most.getAsDouble() ? "met" : "**missed**");
    }

    /**
     * Adds a figure of which less is better and that both sides have only once, so that its ratio has no interval.
     *
     * @param most the most that the ratio may be
     */
    Results once(OptionalDouble most, String what, String with, double ours, double theirs, String unit) {
        double ratio = ours / theirs;
        String target = most.isEmpty() ? "–" : "<= " + most.getAsDouble();
        String verdict = most.isEmpty() ? "–" : ratio <= most.getAsDouble() ? "met" : "**missed**";
        String figure = "%.1f " + unit;
        return row(
                what,
                with,
                target,
                "%.3f (once)".formatted(ratio),
                figure.formatted(ours),
                figure.formatted(theirs),
                verdict);
    }

    private Results row(
            String what, String with, String target, String ratio, String ours, String theirs, String verdict) {
        String row = "| %s |%n".formatted(String.join(" | ", what, with, target, ratio, ours, theirs, verdict));
        rows.append(row);
        Bench.say("%s", row.strip());
        return this;
    }

    void write(String how, String heap, Database database) throws IOException, SQLException {
        Path file = Layout.ofBuild().root().resolve("bench/RESULTS.md");
        String mine = "## " + title + "\n\n" + rows + "\n" + how + "\n" + machine(heap, database) + "\n";
        List<String> sections = new ArrayList<>();
        boolean isPlaced = false;
        for (String section :
                Files.exists(file) ? Files.readString(file).split("(?m)(?=^## )", -1) : new String[] {HEAD}) {
            if (section.startsWith("## " + title + "\n")) {
                sections.add(mine);
                isPlaced = true;
            } else {
                sections.add(section);
            }
        }
        if (!isPlaced) {
            sections.add(mine);
        }
        Files.writeString(
                file, String.join("\n\n", sections.stream().map(String::strip).toList()) + "\n");
    }

    private static String machine(String heap, Database database) throws IOException, SQLException {
        return "%s, %s: %s, %d cores, %s, heap %s, Java %s (%s), %s."
                .formatted(
                        LocalDate.now(ZoneId.systemDefault()),
                        commit(),
                        Layout.ofBuild().distribution().getFileName(),
                        Runtime.getRuntime().availableProcessors(),
                        memory(),
                        heap,
                        System.getProperty("java.version"),
                        System.getProperty("java.vm.name"),
                        database.description());
    }

    /** Returns the commit of the working tree, and whether anything but the results differs from it. */
    private static String commit() {
        String commit = git("rev-parse", "--short", "HEAD");
        if (commit.isEmpty()) {
            return "no commit";
        }
        boolean isChanged =
                !git("status", "--porcelain", "--", ":!bench/RESULTS.md").isEmpty();
        return "commit " + commit + (isChanged ? " with changes" : "");
    }

    private static String git(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .directory(Layout.ofBuild().root().toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            // Without git, or outside of a clone, the results name no commit.
            return "";
        }
    }

    private static String memory() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemTotal:"))
                    .map(line -> String.format("%.0f GiB", Double.parseDouble(line.replaceAll("\\D", "")) / (1 << 20)))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
