#!/usr/bin/env bash
# Vert.x Core 4.5.31, HTTP/1.1. A handler on a worker thread has sent a part of a chunked answer, and has to tell the client that the rest
# will not come.
# One would guess: after HttpServerResponse.reset(), whose Javadoc says that it closes the connection with HTTP/1.x, an end() comes too
# late, and the client sees an answer that breaks off.
# Seen: end() is accepted without an exception, and the client receives the last chunk (RFC 9112, section 7.1), that is, an answer that is
# complete. With HttpServerRequest.connection().close() in place of reset(), the last chunk does not arrive.
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
    <dependency><groupId>io.vertx</groupId><artifactId>vertx-core</artifactId><version>4.5.31</version></dependency>
  </dependencies>
</project>
XML
"$root/mvnw" -q -B -ntp -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$work/lib" -DincludeScope=runtime
cat > "$work/Reset.java" <<'JAVA'
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

class Reset {
    static String answer(int port, String path) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return path + ": a part " + (all.contains("part") ? "arrived" : "is missing") + ", the last chunk "
                    + (all.endsWith("0\r\n\r\n") ? "arrived" : "is missing");
        }
    }

    public static void main(String[] args) throws Exception {
        Vertx vertx = Vertx.vertx();
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> vertx.executeBlocking(() -> {
                    HttpServerResponse response = request.response().setChunked(true);
                    response.write("part\n").toCompletionStage().toCompletableFuture().get();
                    if (request.path().equals("/reset")) {
                        response.reset();
                    } else {
                        request.connection().close().toCompletionStage().toCompletableFuture().get();
                    }
                    try {
                        response.end();
                    } catch (IllegalStateException e) {
                        System.out.println(request.path() + ": end() is refused");
                    }
                    return null;
                }))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        System.out.println(answer(server.actualPort(), "/reset"));
        System.out.println(answer(server.actualPort(), "/close"));
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }
}
JAVA
java -cp "$work/lib/*" "$work/Reset.java" 2> "$work/log" > "$work/seen" || { cat "$work/log"; exit 1; }
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
/reset: a part arrived, the last chunk arrived
/close: a part arrived, the last chunk is missing
SEEN
