package io.gatehouse.server;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.store.SeededFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is reached from elsewhere: what it wants before it starts, and its names. */
@Timeout(60)
final class TestAccessSettings {
    private static final String TOKEN = "correct-horse-battery-staple";

    @Test
    void isCalledByItsPublicOrigins(@TempDir Path folder) throws Exception {
        AccessSettings access = new AccessSettings(
                Optional.empty(), Optional.empty(), false, List.of("https://lab7", "http://localhost:9000/"));
        try (TestingServer server =
                TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("access", access)))) {
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
            AccessSettings origin =
                    new AccessSettings(Optional.empty(), Optional.empty(), false, List.of("https://lab7/path"));
            Tls missing = new Tls(folder.resolve("missing.p12"), "password");
            AccessSettings keyless = new AccessSettings(Optional.empty(), Optional.of(missing), false, List.of());
            for (AccessSettings wrong : List.of(origin, keyless)) {
                ServerSettings settings =
                        RecordCopy.of(ServerSettings.standard(address, "test"), Map.of("access", wrong));
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
        AccessSettings clear = new AccessSettings(Optional.of(TOKEN), Optional.empty(), false, List.of());
        assertRefused(
                () -> new ServerSettings(
                        everywhere,
                        clear,
                        local.queries(),
                        local.http(),
                        local.memory(),
                        local.sources(),
                        local.log(),
                        "test"),
                ErrorCode.INVALID_ARGUMENT,
                "in the clear: give a certificate with --tls-keystore, or --insecure");
        assertThat(clear.toString()).doesNotContain(TOKEN);
    }

    @Test
    void answersToItsNames(@TempDir Path folder) throws Exception {
        AccessSettings named = new AccessSettings(Optional.empty(), Optional.empty(), false, List.of("lab7.example"));
        try (TestingServer server =
                TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("access", named)))) {
            assertThat(health(server, "lab7.example")).startsWith("HTTP/1.1 200 ");
            assertThat(health(server, "LAB7.example")).startsWith("HTTP/1.1 200 ");
            assertThat(health(server, "lab8.example")).startsWith("HTTP/1.1 403 ");
        }
    }

    private static String health(TestingServer server, String name) throws IOException {
        return server.exchange("GET /v1/health HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n"
                .formatted(name, server.uri().getPort()));
    }
}
