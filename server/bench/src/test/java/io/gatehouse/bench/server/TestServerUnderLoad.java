package io.gatehouse.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sixteen clients that ask, cancel and leave at random, while a server writes run after run: nothing fails, nobody sees a
 * part of a question, and nothing is left of it. {@code -Dgatehouse.test.load.seconds=300} makes it last. It says how long
 * small questions took, which is not held to anything here: a machine that does other things too would fail it.
 */
final class TestServerUnderLoad {
    private static final int CLIENTS = 16;
    private static final long SEED = Long.getLong("gatehouse.test.seed", 20_261_125);
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("gatehouse.test.load.seconds", 5));
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Readings, a tenth of a second apart, after which what is held has settled. */
    private static final int UNCHANGED = 10;

    @Test
    void nothingFailsAndNothingIsLeft(@TempDir Path folder) throws Exception {
        try (SampleServer server = SampleServer.start(folder)) {
            // Libraries keep what they have opened once.
            load(server, 2, Duration.ofSeconds(1), "warm");
            Held before = Held.settled(server);
            Load load = load(server, CLIENTS, TIME, "load");
            System.out.printf(
                    "%d small questions of %d clients, seed %d: p50 %d ms, p99 %d ms, beside %d runs in %d s%n",
                    load.small().count(),
                    CLIENTS,
                    SEED,
                    load.small().p50().toMillis(),
                    load.small().p99().toMillis(),
                    load.runs(),
                    TIME.toSeconds());
            assertThat(load.faults()).isEmpty();
            assertThat(load.runs()).isPositive();
            assertThat(load.small().count()).isGreaterThan(CLIENTS);
            assertThat(load.checks()).isPositive();
            assertThat(load.cancels()).isPositive();
            assertThat(load.departures()).isPositive();
            assertThat(server.store().verify().problems()).isEmpty();
            Held after = Held.by(server);
            for (int tries = 0; !after.equals(before) && tries < 100; tries++) {
                // A client of Java 17 closes its selector when it is collected, and not before.
                System.gc();
                Thread.sleep(100);
                after = Held.by(server);
            }
            assertThat(after).isEqualTo(before);
        }
    }

    private static Load load(SampleServer server, int clients, Duration time, String name) {
        Map<String, Object> options =
                Map.of("model", "model", "quiz", "quiz", "limit", time.toSeconds() < 60 ? 192 : 1280);
        return new ServerLoad(server.uri(), name, options, clients, SEED).run(time);
    }

    /**
     * What a server holds that a client may have left behind.
     *
     * @param files those that the process has open, and how often
     */
    private record Held(int queries, double connections, double listeners, int readers, Map<String, Long> files) {
        static Held by(SampleServer server) throws Exception {
            String metrics = get(server, "metrics");
            JsonNode queries = JSON.readTree(get(server, "v1/queries"));
            return new Held(
                    queries.path("running").asInt() + queries.path("queued").asInt(),
                    value(metrics, "gatehouse_connections"),
                    value(metrics, "gatehouse_event_streams"),
                    openReaders(server),
                    openFiles());
        }

        /** What is held once nothing changes any more: connections of the clients that were there close a little later. */
        static Held settled(SampleServer server) throws Exception {
            Held held = by(server);
            for (int unchanged = 0; unchanged < UNCHANGED; ) {
                System.gc();
                Thread.sleep(100);
                Held next = by(server);
                unchanged = next.equals(held) ? unchanged + 1 : 0;
                held = next;
            }
            return held;
        }

        /** By a connection that is closed behind the answer. */
        private static String get(SampleServer server, String path) throws IOException {
            String answer = server.exchange("GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n"
                    .formatted(path, server.uri().getAuthority()));
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }

        private static double value(String metrics, String name) {
            Matcher line = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(metrics);
            assertThat(line.find()).as(name + " in " + metrics).isTrue();
            return Double.parseDouble(line.group(1));
        }

        private static int openReaders(SampleServer server) throws Exception {
            try (Connection connection = server.store().reader();
                    Statement statement = connection.createStatement();
                    ResultSet count = statement.executeQuery("SELECT count FROM duckdb_connection_count()")) {
                count.next();
                return count.getInt(1);
            }
        }

        /** Known on Linux only. */
        private static Map<String, Long> openFiles() throws IOException {
            Path descriptors = Path.of("/proc/self/fd");
            if (!Files.isDirectory(descriptors)) {
                return Map.of();
            }
            try (Stream<Path> open = Files.list(descriptors)) {
                return open.map(Held::target)
                        .flatMap(List::stream)
                        // The log of the database comes with a commit and goes with a checkpoint, whoever asks.
                        .filter(target -> !target.endsWith(".duckdb.wal"))
                        .collect(Collectors.groupingBy(target -> target, TreeMap::new, Collectors.counting()));
            }
        }

        private static List<String> target(Path descriptor) {
            try {
                return List.of(Files.readSymbolicLink(descriptor).toString().replaceFirst(":\\[\\d+]$", ""));
            } catch (IOException e) {
                // Closed since it was listed, such as the one that lists.
                return List.of();
            }
        }
    }
}
