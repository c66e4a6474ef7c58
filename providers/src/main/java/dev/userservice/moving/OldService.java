package dev.userservice.moving;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.LowerCase;
import dev.userservice.web.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The user service that a tenant used before. It is asked whether a password is right, and answers with the line that an
 * import would have of the user.
 *
 * @param hosts the hosts that the operator allows, each with or without a port
 * @param arePrivateAllowed whether it may have an address of a private network
 */
record OldService(HttpClient http, Set<String> hosts, boolean arePrivateAllowed) {
    /** The time for all of a request and its answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(PATIENCE)
                .build();
    }

    /** Whether the operator allows this address at all. */
    boolean mayBeAt(URI address) {
        int port = address.getPort();
        String host = address.getHost();
        return LowerCase.same("https", address.getScheme())
                && (hosts.contains(port < 0 ? host : host + ":" + port) || (port == 443 && hosts.contains(host)));
    }

    /**
     * Asks whether a password is right.
     *
     * @param token the secret by which the old service knows this server; empty for none
     * @return the user; empty if the old service does not know the user or the password is wrong
     * @throws IOException if there is no such answer in time
     */
    Optional<UserLine> ask(URI address, Optional<String> token, String identifier, String password) throws IOException {
        requirePublic(address.getHost());
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        StrictJson.write(Map.of("identifier", identifier, "password", password))));
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        HttpResponse<Void> answer = send(request.build(), body);
        return switch (answer.statusCode()) {
            case 200 -> Optional.of(line(body));
            case 401, 403, 404 -> Optional.empty();
            default -> throw new IOException("The old service answered " + answer.statusCode());
        };
    }

    private HttpResponse<Void> send(HttpRequest request, ByteArrayOutputStream body) throws IOException {
        CompletableFuture<HttpResponse<Void>> answer =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArrayConsumer(part -> keep(part, body)));
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("The old service cannot be asked", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("The old service has not answered in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The server is stopping", e);
        } finally {
            answer.cancel(true);
        }
    }

    private static void keep(Optional<byte[]> part, ByteArrayOutputStream body) {
        byte[] bytes = part.orElseGet(() -> new byte[0]);
        if (body.size() + bytes.length > StrictJson.MAX_BODY_BYTES) {
            throw new IllegalStateException("The answer is too long");
        }
        body.writeBytes(bytes);
    }

    private static UserLine line(ByteArrayOutputStream body) throws IOException {
        try {
            return StrictJson.parse(
                    body.toString(StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), UserLine.class);
        } catch (ApiProblem problem) {
            throw new IOException("The old service answered with no user: " + problem.getMessage(), problem);
        }
    }

    /** Rejects an address inside: a tenant's administrator must not reach what only this server reaches. */
    private void requirePublic(String host) throws UnknownHostException {
        if (arePrivateAllowed) {
            return;
        }
        for (InetAddress address : InetAddress.getAllByName(host)) {
            byte[] bytes = address.getAddress();
            boolean isUniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
            boolean isShared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
            if (address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || address.isLinkLocalAddress()
                    || address.isSiteLocalAddress()
                    || address.isMulticastAddress()
                    || isUniqueLocal
                    || isShared) {
                throw new UnknownHostException("The old service has a private address, which is not allowed");
            }
        }
    }
}
