package dev.userservice.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads {@code docker-compose.yml} the way Compose does when the {@code .env} next to it is a copy of {@code .env.example}. */
public final class ComposeFile {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)");
    private static final Pattern EXPRESSION = Pattern.compile("([A-Z][A-Z0-9_]*)(?:(:[-?])(.*))?", Pattern.DOTALL);

    private final Map<String, Object> root;
    private final Map<String, String> dotEnv;

    private ComposeFile(Map<String, Object> root, Map<String, String> dotEnv) {
        this.root = root;
        this.dotEnv = dotEnv;
    }

    public static ComposeFile of(Path project) {
        return new ComposeFile(
                map(yaml(project.resolve("docker-compose.yml"))), DotEnv.read(project.resolve(".env.example")));
    }

    /** Returns the only YAML document of a file, and refuses a file that has a key twice. */
    static Object yaml(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try {
            return new Yaml(new SafeConstructor(options)).load(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, Object> root() {
        return root;
    }

    Set<String> services() {
        return map(root.get("services")).keySet();
    }

    Map<String, Object> service(String name) {
        return map(map(root.get("services")).get(name));
    }

    /** Returns the environment of a service as the file has it, without replacing variables. */
    Map<String, Object> rawEnvironment(String service) {
        return map(service(service).getOrDefault("environment", Map.of()));
    }

    /** Returns the environment variables that a container of the service gets. */
    public Map<String, String> environment(String service) {
        Map<String, String> environment = new TreeMap<>();
        rawEnvironment(service).forEach((name, value) -> {
            if (value != null) {
                environment.put(name, interpolate(value.toString()));
            } else if (dotEnv.containsKey(name)) {
                environment.put(name, dotEnv.get(name));
            }
        });
        return environment;
    }

    public List<String> command(String service) {
        return list(service(service).get("command")).stream()
                .map(this::interpolate)
                .toList();
    }

    /** Returns the names of the variables that the file reads. */
    Set<String> variables() {
        Set<String> names = new TreeSet<>();
        for (String text : texts(root)) {
            VARIABLE.matcher(text).results().forEach(match -> names.add(match.group(1)));
        }
        for (String service : services()) {
            rawEnvironment(service).forEach((name, value) -> {
                if (value == null) {
                    names.add(name);
                }
            });
        }
        return names;
    }

    /** Returns every string in the file. */
    static List<String> texts(Object node) {
        List<String> texts = new ArrayList<>();
        if (node instanceof Map<?, ?> map) {
            map.values().forEach(value -> texts.addAll(texts(value)));
        } else if (node instanceof Collection<?> items) {
            items.forEach(item -> texts.addAll(texts(item)));
        } else if (node instanceof String text) {
            texts.add(text);
        }
        return texts;
    }

    static Map<String, Object> map(Object node) {
        Map<String, Object> map = new LinkedHashMap<>();
        ((Map<?, ?>) node).forEach((key, value) -> map.put((String) key, value));
        return map;
    }

    static List<String> list(Object node) {
        return node == null
                ? List.of()
                : ((List<?>) node).stream().map(Objects::toString).toList();
    }

    String interpolate(String text) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '$') {
                result.append(text.charAt(i));
            } else if (text.startsWith("$$", i)) {
                result.append('$');
                i++;
            } else {
                int end = closing(text, i);
                result.append(value(text.substring(i + 2, end)));
                i = end;
            }
        }
        return result.toString();
    }

    private String value(String expression) {
        Matcher matcher = EXPRESSION.matcher(expression);
        if (!matcher.matches()) {
            throw new AssertionError("${" + expression + "} is more than is known here");
        }
        String given = dotEnv.getOrDefault(matcher.group(1), "");
        if (!given.isEmpty()) {
            return given;
        }
        if (!":-".equals(matcher.group(2))) {
            throw new AssertionError(matcher.group(1) + " has no value");
        }
        return interpolate(matcher.group(3));
    }

    private static int closing(String text, int start) {
        int open = 0;
        for (int i = start; i < text.length(); i++) {
            if (text.startsWith("${", i)) {
                open++;
            } else if (text.charAt(i) == '}' && --open == 0) {
                return i;
            }
        }
        throw new AssertionError("A $ without its braces in: " + text);
    }
}
