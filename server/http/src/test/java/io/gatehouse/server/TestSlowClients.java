package io.gatehouse.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.testing.RecordCopy;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send their requests a byte at a time. */
@Timeout(60)
final class TestSlowClients {
    private static final int DRIP_MILLIS = 100;

    @Test
    void aBodyThatDripsIsRefusedWhenItsTimeIsOver(@TempDir Path folder) throws Exception {
        HttpLimits limits = new HttpLimits(1000, Duration.ofSeconds(1), 8192, HttpLimits.HEAD_TIME, 16, 1);
        try (TestingServer server =
                        TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("http", limits)));
                Socket client = server.connect()) {
            client.getOutputStream().write(head(server, 1000).getBytes(US_ASCII));
            CompletableFuture<Void> drip = CompletableFuture.runAsync(() -> drip(client));
            assertThat(answer(client))
                    .startsWith("HTTP/1.1 408 ")
                    .contains("application/problem+json")
                    .contains("The body did not come within 1 s.");
            client.shutdownOutput();
            drip.get(10, TimeUnit.SECONDS);
            assertThat(server.query("SELECT 1").statusCode()).isEqualTo(200);
        }
    }

    /** What is refused whatever the body has is refused at once, and the connection does not wait for the body. */
    @Test
    void aBodyThatIsRefusedIsNotWaitedFor(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            for (String request : List.of(
                    head(server, 99_999_999_999_999L),
                    head(server, 1_000_001),
                    head(server, 1000).replace("/v1/query", "/v1/ingest"),
                    head(server, 1000)
                            .replace("/v1/query", "/v1/ingest?run=r")
                            .replace("application/sql", "application/vnd.apache.arrow.stream"))) {
                try (Socket client = server.connect()) {
                    client.setSoTimeout(10_000);
                    long start = System.nanoTime();
                    client.getOutputStream().write((request + "x").getBytes(US_ASCII));
                    assertThat(answer(client))
                            .startsWith(
                                    request.contains("ingest?")
                                            ? "HTTP/1.1 400 "
                                            : request.contains("ingest") ? "HTTP/1.1 415 " : "HTTP/1.1 413 ")
                            .contains("Connection: close", "application/problem+json");
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
                }
            }
        }
    }

    /** A client that sends all before it reads finds the refusal, too. */
    @Test
    void whoIsStillSendingGetsTheRefusal(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            for (int i = 0; i < 5; i++) {
                try (Socket client = server.connect()) {
                    client.getOutputStream().write(head(server, 20_000_000).getBytes(US_ASCII));
                    client.getOutputStream().write(new byte[20_000_000]);
                    assertThat(answer(client)).startsWith("HTTP/1.1 413 ").contains("larger than 1000000 bytes");
                }
            }
        }
    }

    /** Whoever never ends the head of a request keeps one connection, of which there are so many; others are served. */
    @Test
    void aHeadThatDripsHoldsOneConnection(@TempDir Path folder) throws Exception {
        HttpLimits limits = new HttpLimits(1000, Duration.ofSeconds(30), 8192, HttpLimits.HEAD_TIME, 2, 1);
        try (TestingServer server =
                        TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("http", limits)));
                Socket first = server.connect()) {
            first.getOutputStream().write("GET /v1/health HTTP/1.1\r\nX".getBytes(US_ASCII));
            assertThat(server.exchange(health(server))).startsWith("HTTP/1.1 200 ");
            try (Socket second = server.connect();
                    Socket third = server.connect()) {
                second.getOutputStream().write("GET".getBytes(US_ASCII));
                third.getOutputStream().write(health(server).getBytes(US_ASCII));
                third.setSoTimeout(1000);
                assertThat(isAnswered(third))
                        .as("a third connection where two may be")
                        .isFalse();
                first.shutdownOutput();
                third.setSoTimeout(20_000);
                assertThat(answer(third)).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    /** Whoever sends nothing, or a byte of a head now and then, loses the connection, and others get its place. */
    @Test
    void aHeadThatDoesNotEndIsGivenUp(@TempDir Path folder) throws Exception {
        HttpLimits limits = new HttpLimits(1000, Duration.ofSeconds(30), 8192, Duration.ofSeconds(1), 2, 1);
        try (TestingServer server =
                        TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("http", limits)));
                Socket silent = server.connect();
                Socket slow = server.connect();
                Socket other = server.connect()) {
            long start = System.nanoTime();
            slow.getOutputStream().write("GET /v1/health HTTP/1.1\r\nX: ".getBytes(US_ASCII));
            CompletableFuture<Void> drip = CompletableFuture.runAsync(() -> drip(slow));
            other.getOutputStream().write(health(server).getBytes(US_ASCII));
            assertThat(answer(other)).startsWith("HTTP/1.1 200 ");
            drip.get(10, TimeUnit.SECONDS);
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
        }
    }

    /** Only a head has that little time: not an answer, not a body, and not the pause between two requests. */
    @Test
    void whatIsNoHeadMayTakeLonger(@TempDir Path folder) throws Exception {
        HttpLimits limits = new HttpLimits(100, Duration.ofSeconds(30), 8192, Duration.ofSeconds(1), 16, 1);
        try (TestingServer server =
                        TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("http", limits)));
                EventClient events = EventClient.connect(server, "", "");
                Socket client = server.connect()) {
            String sql = "SELECT 1 AS one" + " ".repeat(15);
            client.getOutputStream().write(head(server, sql.length()).getBytes(US_ASCII));
            for (byte b : sql.getBytes(US_ASCII)) {
                client.getOutputStream().write(b);
                Thread.sleep(DRIP_MILLIS);
            }
            assertThat(answer(client)).startsWith("HTTP/1.1 200 ").contains("\"one\"");
            Thread.sleep(2000);
            client.getOutputStream().write(head(server, sql.length()).getBytes(US_ASCII));
            client.getOutputStream().write(sql.getBytes(US_ASCII));
            assertThat(answer(client)).startsWith("HTTP/1.1 200 ").contains("\"one\"");
            client.getOutputStream().write("POST /v1/query HTTP/1.1\r\nX: ".getBytes(US_ASCII));
            CompletableFuture.runAsync(() -> drip(client)).get(10, TimeUnit.SECONDS);
            // Another one than those of the client, which came before.
            server.query("SELECT 2");
            while (!events.next().data().at("/sql").textValue().equals("SELECT 2")) {
                // An event of the client.
            }
        }
    }

    private static String health(TestingServer server) {
        return "GET /v1/health HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                .formatted(server.uri().getAuthority());
    }

    private static String head(TestingServer server, long bytes) {
        return "POST /v1/query HTTP/1.1\r\nHost: %s\r\nContent-Type: application/sql\r\nContent-Length: %d\r\n\r\n"
                .formatted(server.uri().getAuthority(), bytes);
    }

    private static void drip(Socket client) {
        try {
            for (int i = 0; i < 1000; i++) {
                client.getOutputStream().write(' ');
                Thread.sleep(DRIP_MILLIS);
            }
        } catch (IOException e) {
            // Refused, and the connection with it.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String answer(Socket client) throws IOException {
        StringBuilder answer = new StringBuilder();
        byte[] buffer = new byte[1000];
        for (int read = client.getInputStream().read(buffer);
                read >= 0;
                read = client.getInputStream().read(buffer)) {
            answer.append(new String(buffer, 0, read, US_ASCII));
            if (answer.toString().endsWith("}")) {
                break;
            }
        }
        return answer.toString();
    }

    private static boolean isAnswered(Socket client) throws IOException {
        try {
            return client.getInputStream().read() >= 0;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
