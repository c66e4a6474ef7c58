package dev.userservice.it;

import java.net.http.HttpClient;

/** The JDK's client for requests that REST Assured does not send as they are. */
final class Http1 {
    private Http1() {}

    /**
     * Returns a client that stays with HTTP/1.1. By default the client asks a server without TLS to change to HTTP/2. If the machine
     * is busy and the answer is large, it then may read the first frames wrongly, and fails with a ProtocolException.
     */
    static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }
}
