package dev.userservice.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The instructions of the {@code Dockerfile}, each with the build stage that it is in. */
public record Dockerfile(List<Instruction> instructions) {
    private static final Pattern LINE = Pattern.compile("([A-Z]+)\\s+(.*)", Pattern.DOTALL);
    private static final Pattern ASSIGNMENT = Pattern.compile("(\\w+)=(\"[^\"]*\"|\\S+)");

    /** One instruction, joined into one line. */
    record Instruction(String stage, String name, String rest) {}

    public static Dockerfile of(Path project) {
        List<Instruction> instructions = new ArrayList<>();
        String stage = "";
        try {
            String text = Files.readString(project.resolve("Dockerfile"))
                    .replaceAll("(?m)^\\s*#.*\\n", "")
                    .replaceAll("\\\\\\n\\s*", "");
            for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
                Matcher matcher = LINE.matcher(line);
                if (!matcher.matches()) {
                    throw new AssertionError("No instruction: " + line);
                }
                if (matcher.group(1).equals("FROM")) {
                    stage = matcher.group(2).replaceFirst(".* AS ", "");
                }
                instructions.add(new Instruction(stage, matcher.group(1), matcher.group(2)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Dockerfile(instructions);
    }

    /** Returns what follows each instruction of this name in a stage. */
    public List<String> all(String stage, String name) {
        return instructions.stream()
                .filter(instruction ->
                        instruction.stage().equals(stage) && instruction.name().equals(name))
                .map(Instruction::rest)
                .toList();
    }

    /** Returns what follows the only instruction of this name in a stage. */
    public String one(String stage, String name) {
        List<String> all = all(stage, name);
        if (all.size() != 1) {
            throw new AssertionError(name + " in " + stage + ": " + all);
        }
        return all.get(0);
    }

    /** Returns the words of an instruction that lists them as JSON, which begins at the first bracket. */
    public List<String> words(String stage, String name) {
        String rest = one(stage, name);
        try {
            return List.of(new ObjectMapper().readValue(rest.substring(rest.indexOf('[')), String[].class));
        } catch (JsonProcessingException e) {
            throw new AssertionError(rest, e);
        }
    }

    /** Returns the environment variables that the image of a stage sets. */
    public Map<String, String> environment(String stage) {
        Map<String, String> environment = new TreeMap<>();
        for (String line : all(stage, "ENV")) {
            Matcher assignment = ASSIGNMENT.matcher(line);
            while (assignment.find()) {
                environment.put(assignment.group(1), assignment.group(2).replace("\"", ""));
            }
        }
        return environment;
    }

    /** Returns the options of the only {@code kc.sh build} command. */
    public List<String> buildOptions() {
        List<String> commands = all("build", "RUN").stream()
                .filter(command -> command.startsWith("/opt/keycloak/bin/kc.sh build "))
                .toList();
        if (commands.size() != 1) {
            throw new AssertionError("kc.sh build: " + commands);
        }
        return Arrays.stream(commands.get(0).split("\\s+", -1)).skip(2).toList();
    }
}
