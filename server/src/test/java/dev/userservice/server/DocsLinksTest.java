package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that what the documents link to exists: files, folders, and headings, by the anchors that GitHub makes from them. */
class DocsLinksTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern CODE = Pattern.compile("`[^`\\n]*`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\((?<target>[^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(?<text>.*)$");
    private static final Pattern ELSEWHERE = Pattern.compile("[a-z][a-z0-9+.-]*:.*");

    @TempDir
    private Path folder;

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            broken.addAll(broken(document));
        }
        assertEquals(List.of(), broken);
    }

    @Test
    void theReadmeLeadsToEachDocument() throws IOException {
        Set<Path> linked = new HashSet<>();
        for (String target : targets(PROJECT.resolve("README.md"))) {
            linked.add(PROJECT.resolve(path(target)).normalize());
        }
        Set<Path> unknown = new HashSet<>(markdown(PROJECT.resolve("docs"), 1));
        unknown.removeAll(linked);
        assertEquals(Set.of(), unknown);
    }

    @Test
    void aLinkThatLeadsNowhereIsFound() throws IOException {
        Files.writeString(
                folder.resolve("other.md"), "# A `title`, and more\n\n```\n# no title\n```\n\n# Twice\n\n# Twice\n");
        Path document = Files.writeString(folder.resolve("document.md"), """
                # Here
                [file](other.md) [title](other.md#a-title-and-more) [second](other.md#twice-1) [here](#here)
                [`code`](other.md) [elsewhere](https://www.example.com/#x) `[no](link.md)`
                [1](nothing.md) [2](other.md#no-title) [3](other.md#twice-2) [4](#there) [5](../nothing)
                """);
        assertEquals(
                List.of("nothing.md", "other.md#no-title", "other.md#twice-2", "#there", "../nothing"),
                broken(document).stream()
                        .map(complaint -> complaint.substring(complaint.lastIndexOf(' ') + 1))
                        .toList());
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(markdown(PROJECT, 1));
        documents.addAll(markdown(PROJECT.resolve("docs"), Integer.MAX_VALUE));
        documents.addAll(markdown(PROJECT.resolve("bench"), 1));
        assertTrue(documents.contains(PROJECT.resolve("README.md")), "the project's folder: " + PROJECT);
        return documents;
    }

    private static List<Path> markdown(Path folder, int depth) throws IOException {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> broken(Path document) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String target : targets(document)) {
            String path = path(target);
            Path file = path.isEmpty()
                    ? document
                    : document.resolveSibling(path).toAbsolutePath().normalize();
            boolean hasAnchor = target.length() > path.length();
            if (!Files.exists(file) || (hasAnchor && !anchors(file).contains(target.substring(path.length() + 1)))) {
                broken.add(document + ": " + target);
            }
        }
        return broken;
    }

    private static String path(String target) {
        int anchor = target.indexOf('#');
        return anchor < 0 ? target : target.substring(0, anchor);
    }

    /** Returns the targets of the links in a document, without those that lead to other sites. */
    private static List<String> targets(Path document) throws IOException {
        String prose = CODE.matcher(withoutBlocks(document)).replaceAll("");
        return LINK.matcher(prose)
                .results()
                .map(link -> link.group(1))
                .filter(target -> !ELSEWHERE.matcher(target).matches())
                .toList();
    }

    private static String withoutBlocks(Path document) throws IOException {
        return FENCED.matcher(Files.readString(document)).replaceAll("");
    }

    /**
     * Returns an anchor for each heading: its letters, digits, hyphens and underscores in lower case, with hyphens for spaces. A heading
     * that occurs again gets a number.
     */
    private static Set<String> anchors(Path document) throws IOException {
        if (!document.toString().endsWith(".md")) {
            return Set.of();
        }
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        List<String> headings = HEADING.matcher(withoutBlocks(document))
                .results()
                .map(heading -> heading.group(1))
                .toList();
        for (String heading : headings) {
            String anchor = anchor(heading);
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? anchor : anchor + "-" + before);
        }
        return anchors;
    }

    private static String anchor(String heading) {
        String text =
                LINK.matcher(heading).replaceAll(link -> textOf(link)).strip().toLowerCase(Locale.ROOT);
        return text.codePoints()
                .filter(letter -> Character.isLetterOrDigit(letter) || " -_".indexOf(letter) >= 0)
                .map(letter -> letter == ' ' ? '-' : letter)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    /** Returns the text between the brackets of a link. */
    private static String textOf(MatchResult link) {
        return link.group().substring(1, link.group().indexOf(']')).replace("$", "\\$");
    }
}
