import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.marcnuri.helm.Helm;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/** Checks the files for Kubernetes; see {@code check.sh}. */
final class Check {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Gson GSON = new Gson();
    private static final String MODELS = "io.kubernetes.client.openapi.models.V1";

    /** The name of the Helm release in docs/kubernetes.md, which the labels of its pods contain. */
    private static final String RELEASE = "user-service";

    private final Path folder;
    private int errors;

    private Check(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        Map<String, String> given = new HashMap<>();
        for (int i = 1; i + 1 < arguments.length; i += 2) {
            given.put(arguments[i], arguments[i + 1]);
        }
        if (arguments.length % 2 == 0 || !Set.of("--chart", "--crd").containsAll(given.keySet())) {
            System.err.println("usage: check.sh [--chart CHART] [--crd CRD]");
            System.exit(2);
        }
        Check check = new Check(Path.of(arguments[0]));
        check.all(
                Optional.ofNullable(given.get("--chart")).map(Path::of),
                Optional.ofNullable(given.get("--crd")).map(Path::of));
        System.exit(check.errors == 0 ? 0 : 1);
    }

    private void all(Optional<Path> chart, Optional<Path> crd) throws IOException {
        for (String file : List.of("network-policy.yaml", "pod-disruption-budget.yaml", "ingress.yaml")) {
            for (JsonNode object : documents(Files.readString(folder.resolve(file)))) {
                attempt(file, () -> complaints(object));
            }
        }
        JsonNode keycloak = documents(Files.readString(folder.resolve("keycloak.yaml"))).get(0);
        attempt("keycloak.yaml: the parts of Kubernetes", () -> partsOfKubernetes(keycloak.path("spec")));
        attempt("keycloak.yaml: the labels of pod-disruption-budget.yaml", () -> budgetOfTheOperator(keycloak));
        attempt("the image's version", this::versions);
        if (crd.isPresent()) {
            attempt("keycloak.yaml against the operator's definition", () -> schema(keycloak, crd.get()));
        }
        if (chart.isPresent()) {
            rendered(chart.get());
        }
    }

    private void attempt(String what, Callable<List<String>> check) {
        List<String> complaints;
        try {
            complaints = check.call();
        } catch (Exception e) {
            complaints = List.of(e.toString());
        }
        System.out.printf("%-6s %s%n", complaints.isEmpty() ? "OK" : "ERROR", what);
        complaints.forEach(complaint -> System.out.println("       " + complaint));
        errors += complaints.size();
    }

    private static List<JsonNode> documents(String yaml) {
        return StreamSupport.stream(new Yaml().loadAll(yaml).spliterator(), false)
                .filter(document -> document != null)
                .map(document -> (JsonNode) JSON.valueToTree(document))
                .toList();
    }

    /** Returns what is wrong with an object of Kubernetes, by the model of its kind: unknown fields, missing fields, wrong types. */
    private static List<String> complaints(JsonNode object) throws ReflectiveOperationException {
        return complaints(object.path("kind").asText(), object);
    }

    private static List<String> complaints(String model, JsonNode object) throws ReflectiveOperationException {
        try {
            JsonElement element = GSON.fromJson(object.toString(), JsonElement.class);
            Class<?> type = Class.forName(MODELS + model);
            type.getMethod("validateJsonElement", JsonElement.class).invoke(null, element);
            type.getMethod("fromJson", String.class).invoke(null, object.toString());
            return List.of();
        } catch (InvocationTargetException e) {
            return List.of(model + ": " + e.getCause().getMessage());
        }
    }

    /** Checks what the operator hands to Kubernetes as it is. */
    private static List<String> partsOfKubernetes(JsonNode spec) throws ReflectiveOperationException {
        List<String> found = new ArrayList<>();
        JsonNode pod = spec.at("/unsupported/podTemplate");
        found.addAll(complaints("PodTemplateSpec", pod));
        found.addAll(complaints("ResourceRequirements", spec.path("resources")));
        for (JsonNode constraint : spec.at("/scheduling/topologySpreadConstraints")) {
            found.addAll(complaints("TopologySpreadConstraint", constraint));
        }
        for (String rules : List.of("http", "management")) {
            for (JsonNode peer : spec.path("networkPolicy").path(rules)) {
                found.addAll(complaints("NetworkPolicyPeer", peer));
            }
        }
        found.addAll(mounts(pod.path("spec")));
        return found;
    }

    /** Returns the mounts that have no volume, and the volumes that are not mounted. */
    private static List<String> mounts(JsonNode pod) {
        Set<String> volumes = new TreeSet<>();
        pod.path("volumes").forEach(volume -> volumes.add(volume.path("name").asText()));
        Set<String> mounts = new TreeSet<>();
        pod.path("containers").forEach(container -> container
                .path("volumeMounts")
                .forEach(mount -> mounts.add(mount.path("name").asText())));
        return volumes.equals(mounts) ? List.of() : List.of("volumes " + volumes + ", but mounts " + mounts);
    }

    private List<String> budgetOfTheOperator(JsonNode keycloak) throws IOException {
        JsonNode labels = documents(Files.readString(folder.resolve("pod-disruption-budget.yaml")))
                .get(0)
                .at("/spec/selector/matchLabels");
        String name = keycloak.at("/metadata/name").asText();
        return labels.path("app.kubernetes.io/instance").asText().equals(name)
                ? List.of()
                : List.of("the budget is for " + labels + ", and the server is " + name);
    }

    /** Checks that the files name the image of the version that the project has. */
    private List<String> versions() throws IOException {
        String pom = Files.readString(folder.resolve("../../pom.xml"));
        String version = pom.substring(pom.indexOf("<version>") + "<version>".length(), pom.indexOf("</version>"));
        List<String> found = new ArrayList<>();
        if (!Files.readString(folder.resolve("helm-values.yaml")).contains("tag: " + version + "\n")) {
            found.add("helm-values.yaml has another tag than " + version);
        }
        if (!Files.readString(folder.resolve("keycloak.yaml")).contains("keycloak-user-service:" + version + "\n")) {
            found.add("keycloak.yaml has another tag than " + version);
        }
        return found;
    }

    private static List<String> schema(JsonNode keycloak, Path crd) throws IOException {
        String version = keycloak.path("apiVersion").asText().replaceFirst(".*/", "");
        JsonNode definition = documents(Files.readString(crd)).get(0);
        for (JsonNode served : definition.at("/spec/versions")) {
            if (served.path("name").asText().equals(version)) {
                JsonNode strict = strict(served.at("/schema/openAPIV3Schema/properties/spec"));
                JsonSchema schema =
                        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(strict);
                return schema.validate(keycloak.path("spec")).stream()
                        .map(ValidationMessage::getMessage)
                        .toList();
            }
        }
        return List.of(crd + " does not have the version " + version);
    }

    /** Makes a schema refuse unknown fields, which Kubernetes drops without an error. */
    private static JsonNode strict(JsonNode schema) {
        if (schema instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        schema.forEach(Check::strict);
        return schema;
    }

    /** Renders the chart with our values, and checks the objects that it would create. */
    private void rendered(Path chart) {
        List<JsonNode> objects = new ArrayList<>();
        attempt("helm-values.yaml: Helm renders the chart " + chart.getFileName(), () -> {
            objects.addAll(documents(new Helm(chart.toAbsolutePath())
                    .template()
                    .withName(RELEASE)
                    .withNamespace("identity")
                    .withValuesFile(folder.resolve("helm-values.yaml"))
                    .call()));
            return objects.isEmpty() ? List.of("nothing was rendered") : List.of();
        });
        for (JsonNode object : objects) {
            attempt(
                    "  " + object.path("kind").asText() + " " + object.at("/metadata/name").asText(),
                    () -> complaints(object));
        }
        attempt("  mounts, labels of network-policy.yaml and of the budget", () -> podsOfTheChart(objects));
    }

    private List<String> podsOfTheChart(List<JsonNode> objects) throws IOException {
        List<String> found = new ArrayList<>();
        JsonNode pods = of(objects, "StatefulSet").at("/spec/template");
        found.addAll(mounts(pods.path("spec")));
        JsonNode labels = pods.at("/metadata/labels");
        JsonNode policy = documents(Files.readString(folder.resolve("network-policy.yaml"))).get(0);
        for (JsonNode selector : List.of(
                policy.at("/spec/podSelector/matchLabels"),
                of(objects, "PodDisruptionBudget").at("/spec/selector/matchLabels"))) {
            selector.properties().forEach(label -> {
                if (!label.getValue().equals(labels.get(label.getKey()))) {
                    found.add("the pods do not have the label " + label);
                }
            });
        }
        return found;
    }

    private static JsonNode of(List<JsonNode> objects, String kind) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the chart has no " + kind));
    }
}
