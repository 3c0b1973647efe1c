package io.gatehouse.sql.jdbc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the driver does with a server whose answers are none. */
final class TestBrokenServer {
    private static final int CONTINUATION = 0xffffffff;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch hangUp = new CountDownLatch(1);
    private final CountDownLatch silence = new CountDownLatch(1);
    private volatile byte[] answer = new byte[0];
    private volatile boolean silent;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/health", exchange -> {
            if (silent) {
                await(silence);
            }
            json(exchange, "{\"version\":\"1.0\"}");
        });
        server.createContext("/v1/queries", exchange -> json(exchange, "{\"queries\":[]}"));
        server.createContext("/v1/query", this::endless);
        server.start();
    }

    @AfterEach
    void stop() {
        silence.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private static void json(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(bytes);
        }
    }

    /** Writes the answer and then zeros, until the other side hangs up. */
    private void endless(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(answer);
            byte[] zeros = new byte[64 << 10];
            while (true) {
                body.write(zeros);
            }
        } catch (IOException e) {
            hangUp.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:gatehouse://127.0.0.1:" + server.getAddress().getPort());
    }

    private static byte[] message(byte[] metadata) {
        return ByteBuffer.allocate(8 + metadata.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(CONTINUATION)
                .putInt(metadata.length)
                .put(metadata)
                .array();
    }

    @Test
    void bytesThatAreNoArrowAreABrokenConnectionAndNothingMoreIsRead() throws Exception {
        byte[] far = {127, 127, 127, 127, 0, 0, 0, 0};
        answer = message(far);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            SQLException failure = failure(statement);
            assertThat((Throwable) failure).isInstanceOf(SQLNonTransientConnectionException.class);
            assertThat(failure.getSQLState()).isEqualTo("08006");
            assertThat(hangUp.await(10, TimeUnit.SECONDS))
                    .as("the driver hung up")
                    .isTrue();
        }
    }

    @Test
    void randomBytesAreNeverAnythingElse() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 30; i++) {
                byte[] metadata = new byte[8 * (1 + random.nextInt(8))];
                random.nextBytes(metadata);
                // Small offsets lead into the message and not only out of it.
                ByteBuffer.wrap(metadata).order(ByteOrder.LITTLE_ENDIAN).putInt(0, random.nextInt(metadata.length));
                answer = message(metadata);
                assertThat(failure(statement).getSQLState())
                        .as("round %d of seed %d", i, seed)
                        .isEqualTo("08006");
            }
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsNotValid() throws Exception {
        try (Connection connection = connect()) {
            assertThat(connection.isValid(5)).isTrue();
            silent = true;
            long start = System.nanoTime();
            assertThat(connection.isValid(1)).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    private static SQLException failure(Statement statement) {
        return requireNonNull(catchThrowableOfType(
                SQLException.class, () -> statement.executeQuery("SELECT 1").close()));
    }
}
