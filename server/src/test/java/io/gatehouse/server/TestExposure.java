package io.gatehouse.server;

import static io.gatehouse.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is reached from elsewhere: what it wants before it starts, its names, and TLS. */
@Timeout(60)
final class TestExposure {
    private static final String TOKEN = "correct-horse-battery-staple";
    private static final String PASSWORD = "a long password";

    @Test
    void isCalledByItsPublicOrigins(@TempDir Path folder) throws Exception {
        Exposure exposure = new Exposure(
                Optional.empty(), Optional.empty(), false, List.of("https://lab7", "http://localhost:9000/"));
        try (TestingServer server = TestingServer.start(folder, settings -> settings.with(exposure))) {
            assertThat(health(server, "lab7", "")).startsWith("HTTP/1.1 200 ");
            assertThat(health(server, "LAB7:443", "Origin: https://lab7")).startsWith("HTTP/1.1 200 ");
            assertThat(health(server, "localhost:9000", "Origin: http://localhost:9000"))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(health(server, "lab7", "Origin: http://lab7")).startsWith("HTTP/1.1 403 ");
            assertThat(health(server, "lab7", "Origin: http://localhost:9000")).startsWith("HTTP/1.1 403 ");
            assertThat(health(server, "lab7:80", "")).startsWith("HTTP/1.1 403 ");
            assertThat(health(server, "localhost:9001", "")).startsWith("HTTP/1.1 403 ");
        }
    }

    private static String health(TestingServer server, String host, String header) throws IOException {
        String more = header.isEmpty() ? "" : header + "\r\n";
        return server.exchange(
                "GET /v1/health HTTP/1.1\r\nHost: %s\r\n%sConnection: close\r\n\r\n".formatted(host, more));
    }

    @Test
    void givesThePortBackWhenItDoesNotComeUp(@TempDir Path folder) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ListenAddress address = new ListenAddress("127.0.0.1", port);
        Path file = folder.resolve("seeded.duckdb");
        SeededFile.write(file);
        try (Store store = Store.open(file);
                QueryEngine engine = new QueryEngine(store)) {
            Exposure origin = new Exposure(Optional.empty(), Optional.empty(), false, List.of("https://lab7/path"));
            Tls missing = new Tls(folder.resolve("missing.p12"), "password");
            Exposure keyless = new Exposure(Optional.empty(), Optional.of(missing), false, List.of());
            for (Exposure wrong : List.of(origin, keyless)) {
                ServerSettings settings =
                        ServerSettings.standard(address, "test").with(wrong);
                assertThatThrownBy(() -> GatehouseServer.start(store, engine, settings, RunPlanner.NONE))
                        .isNotNull();
            }
            try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(again.isBound()).isTrue();
            }
        }
    }

    @Test
    void refusesToOpenTheDataToEveryone() {
        ListenAddress everywhere = new ListenAddress("0.0.0.0", 0);
        assertRefused(
                () -> ServerSettings.standard(everywhere, "test"),
                ErrorCode.INVALID_ARGUMENT,
                "give clients a token with --token-file");
        ServerSettings local = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test");
        Exposure clear = new Exposure(Optional.of(TOKEN), Optional.empty(), false, List.of());
        assertRefused(
                () -> new ServerSettings(
                        everywhere, clear, local.queries(), local.http(), local.sources(), local.log(), "test"),
                ErrorCode.INVALID_ARGUMENT,
                "in the clear: give a certificate with --tls-keystore, or --insecure");
        assertThat(clear.toString()).doesNotContain(TOKEN);
    }

    @Test
    void answersToItsNames(@TempDir Path folder) throws Exception {
        Exposure named = new Exposure(Optional.empty(), Optional.empty(), false, List.of("lab7.example"));
        try (TestingServer server = TestingServer.start(folder, settings -> settings.with(named))) {
            assertThat(health(server, "lab7.example")).startsWith("HTTP/1.1 200 ");
            assertThat(health(server, "LAB7.example")).startsWith("HTTP/1.1 200 ");
            assertThat(health(server, "lab8.example")).startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void speaksTls(@TempDir Path folder) throws Exception {
        Path keystore = keystore(folder);
        Exposure secured = new Exposure(Optional.of(TOKEN), Optional.of(new Tls(keystore, PASSWORD)), false, List.of());
        try (TestingServer server = TestingServer.start(folder, settings -> settings.with(secured))) {
            assertThat(server.uri().getScheme()).isEqualTo("https");
            SSLContext trust = trusting(keystore);
            HttpClient client = HttpClient.newBuilder().sslContext(trust).build();
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(server.uri().resolve("v1/query"))
                            .header("Authorization", "Bearer " + TOKEN)
                            .header("Content-Type", "application/sql")
                            .POST(BodyPublishers.ofString("SELECT count(*) FROM experts"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(plain(server)).doesNotContain("200");
            leaveInTheMiddle(server, trust);
            awaitNoQueries(server, client);
        }
    }

    /** A client that goes is noticed also where its farewell is encrypted. */
    private static void leaveInTheMiddle(TestingServer server, SSLContext trust) throws Exception {
        String endless = "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id) "
                + "FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f";
        try (Socket socket = trust.getSocketFactory()
                .createSocket(server.uri().getHost(), server.uri().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST /v1/query HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/sql\r\nContent-Length: %d\r\n\r\n%s"
                            .formatted(server.uri().getAuthority(), TOKEN, endless.length(), endless)
                            .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            Thread.sleep(500);
        }
    }

    private static void awaitNoQueries(TestingServer server, HttpClient client) throws Exception {
        while (true) {
            HttpResponse<String> health = client.send(
                    HttpRequest.newBuilder(server.uri().resolve("v1/health"))
                            .header("Authorization", "Bearer " + TOKEN)
                            .build(),
                    BodyHandlers.ofString());
            if (health.body().contains("\"runningQueries\":0")) {
                return;
            }
            Thread.sleep(20);
        }
    }

    private static String health(TestingServer server, String name) throws IOException {
        return server.exchange("GET /v1/health HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n"
                .formatted(name, server.uri().getPort()));
    }

    private static String plain(TestingServer server) throws IOException {
        try {
            return server.exchange("GET /v1/health HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                    .formatted(server.uri().getAuthority()));
        } catch (IOException closed) {
            return "closed";
        }
    }

    private static Path keystore(Path folder) throws Exception {
        Path file = folder.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1,dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        return file;
    }

    private static SSLContext trusting(Path keystore) throws Exception {
        KeyStore known = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(keystore)) {
            known.load(stream, PASSWORD.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", known.getCertificate("server"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
