#!/usr/bin/env bash
# swagger-request-validator-core 2.46.1.
# One would guess: it does not matter to the validator whether the schema of a query parameter, a list of texts, stands at the
# parameter or is a named schema to which the parameter refers: alone by $ref, or by allOf, as OpenAPI 3.0 needs beside a default.
# Seen: a valid value is accepted where the schema stands at the parameter and where it is a plain $ref. With allOf it is taken for JSON,
# and refused because it cannot be parsed.
# jackson-annotations is named because the one that Maven chooses for the library is older than its jackson-databind needs.
# Needs a JDK 17 or newer and the Maven wrapper of this project, which fetches the libraries into a temporary folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>com.atlassian.oai</groupId><artifactId>swagger-request-validator-core</artifactId><version>2.46.1</version></dependency>
    <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-annotations</artifactId><version>2.21</version></dependency>
  </dependencies>
</project>
XML
"$root/mvnw" -q -B -ntp -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$work/lib" -DincludeScope=runtime
mkdir "$work/classes"
cat > "$work/Ask.java" <<'JAVA'
import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.SimpleRequest;

public class Ask {
    static void ask(String name, String schema) {
        String document = """
                openapi: 3.0.3
                info: {title: t, version: "1"}
                paths:
                  /things:
                    get:
                      parameters:
                      - {name: sort, in: query, schema: %s}
                      responses: {"200": {description: ok}}
                components:
                  schemas:
                    Sort: {type: string, enum: [name, -name]}
                """.formatted(schema);
        var report = OpenApiInteractionValidator.createForInlineApiSpecification(document)
                .build()
                .validateRequest(SimpleRequest.Builder.get("/things").withQueryParam("sort", "name").build());
        System.out.println(name + ": " + report.getMessages().stream().map(m -> m.getKey()).toList());
    }

    public static void main(String[] arguments) {
        ask("at the parameter", "{type: string, enum: [name, -name], default: name}");
        ask("$ref", "{$ref: '#/components/schemas/Sort'}");
        ask("allOf", "{default: name, allOf: [{$ref: '#/components/schemas/Sort'}]}");
    }
}
JAVA
javac -cp "$work/lib/*" -d "$work/classes" "$work/Ask.java"
java -cp "$work/classes:$work/lib/*" Ask > "$work/seen" 2> "$work/log"
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
at the parameter: []
$ref: []
allOf: [validation.request.parameter.schema.invalidJson]
SEEN
