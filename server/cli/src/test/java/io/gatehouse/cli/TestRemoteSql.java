package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.cli.run.WorkerCommand;
import io.gatehouse.cli.run.WorkerPlanner;
import io.gatehouse.server.AccessSettings;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.store.SeededFile;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that asks a file, asking a server that has it. */
final class TestRemoteSql {
    private static final String TOKEN = "correct-horse-battery-staple";
    private static final String KINDS = """
            SELECT NULL AS n, '' AS e, '=1+1' AS formula, 'a,"b"' AS t, '日本' AS u, TRUE AS b,
                1 AS i, CAST(2 AS SMALLINT) AS s, CAST(9007199254740993 AS BIGINT) AS l,
                CAST(0.1 AS FLOAT) AS f, CAST(1e300 AS DOUBLE) AS d, CAST(0.00000001 AS DECIMAL(10, 8)) AS c,
                CAST(1000 AS DECIMAL(38, 0)) AS w, DATE '2026-01-02' AS day, TIME '10:20:00' AS clock,
                TIMESTAMP '2026-01-02 10:20:00' AS moment, ['x', NULL] AS texts, [1.50, 2.25] AS decimals,
                [DATE '2026-01-02'] AS days, [TIMESTAMP '2026-01-02 10:20:00'] AS moments, [[1], [2, 3]] AS nested
            """;

    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void seed() {
        file = folder.resolve("seeded.duckdb");
        SeededFile.write(file);
    }

    @Test
    void writesTheSameAsFromTheFileAndAsTheServer() throws Exception {
        List<String> local = written("--db", file.toString());
        List<String> remote = new ArrayList<>();
        List<String> fetched = new ArrayList<>();
        serving(AccessSettings.local(), uri -> {
            remote.addAll(written("--url", uri.toString()));
            fetched.add(csv(uri));
            return 0;
        });
        assertThat(remote).isEqualTo(local);
        assertThat(fetched).containsExactly(local.get(1));
        assertThat(local.get(1)).contains("\r\n,\"\",=1+1,").contains(",0.00000001,1000,2026-01-02,10:20:00,");
    }

    @Test
    void asksTheServerThatHasTheFile() {
        AccessSettings guarded = new AccessSettings(Optional.of(TOKEN), Optional.empty(), false, List.of());
        CommandOutcome outcome = serving(
                guarded,
                uri -> CommandOutcome.of(
                        "sql",
                        "--db",
                        file.toString(),
                        "--format",
                        "csv",
                        "-c",
                        "SELECT count(*) AS n FROM questions"));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out()).isEqualTo("n\r\n24\r\n");
        assertThat(outcome.err())
                .startsWith(file + " is open in the server at http://127.0.0.1:")
                .contains(", which answers\n");
    }

    private static List<String> written(String option, String place) {
        List<String> texts = new ArrayList<>();
        for (String format : new String[] {"table", "csv", "json"}) {
            CommandOutcome outcome = CommandOutcome.of("sql", option, place, "--format", format, "-c", KINDS);
            assertThat(outcome.exitCode()).as(outcome.err()).isZero();
            texts.add(outcome.out().replaceAll("[0-9.]+ s\n$", ""));
        }
        return texts;
    }

    private static String csv(URI uri) {
        String address = "v1/query?format=csv&sql=" + URLEncoder.encode(KINDS, StandardCharsets.UTF_8);
        try {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri.resolve(address)).build(), BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    @Test
    void cutsAtTheLimitAndSaysSo() {
        CommandOutcome outcome = serving(
                AccessSettings.local(),
                uri -> CommandOutcome.of(
                        "sql", "--url", uri.toString(), "--limit", "2", "-c", "SELECT layer FROM experts"));
        assertThat(outcome.out()).contains("\n2 rows, more rows omitted (--limit)");
    }

    @Test
    void saysWhatTheServerRefuses() {
        CommandOutcome outcome = serving(
                AccessSettings.local(),
                uri -> CommandOutcome.of("sql", "--url", uri.toString(), "-c", "SELECT layr FROM experts"));
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .startsWith("  SELECT layr FROM experts\n         ^^^^\nerror: ")
                .contains("layr");
    }

    @Test
    void sendsTheToken() throws IOException {
        Path token = folder.resolve("token");
        Files.createFile(token, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token, TOKEN);
        AccessSettings guarded = new AccessSettings(Optional.of(TOKEN), Optional.empty(), false, List.of());
        String sql = "SELECT count(*) AS n FROM runs";
        CommandOutcome known = serving(
                guarded,
                uri -> CommandOutcome.of("sql", "--url", uri.toString(), "--token-file", token.toString(), "-c", sql));
        assertThat(known.exitCode()).as(known.err()).isZero();
        CommandOutcome unknown = serving(guarded, uri -> CommandOutcome.of("sql", "--url", uri.toString(), "-c", sql));
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("token");
    }

    @Test
    void saysWhatIsNoServer() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThat(CommandOutcome.of("sql", "--url", "http://127.0.0.1:" + port, "-c", "SELECT 1")
                        .err())
                .startsWith("error: ");
        for (String wrong : new String[] {"ftp://lab7", "http://user:secret@lab7", "http://lab7/path", "lab7"}) {
            CommandOutcome outcome = CommandOutcome.of("sql", "--url", wrong, "-c", "SELECT 1");
            assertThat(outcome.err())
                    .contains("--url needs the address of a server, such as http://127.0.0.1:8080.")
                    .doesNotContain("secret");
        }
        CommandOutcome neither = CommandOutcome.of("sql", "-c", "SELECT 1");
        assertThat(neither.exitCode()).isEqualTo(2);
        assertThat(neither.err()).startsWith("error: Give either --db FILE or --url URL.%n".formatted());
        assertThat(CommandOutcome.of("sql", "--db", file.toString(), "--url", "http://lab7", "-c", "SELECT 1")
                        .exitCode())
                .isEqualTo(2);
    }

    private <T> T serving(AccessSettings access, Function<URI, T> work) {
        ServerSettings settings = RecordCopy.of(
                ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test"), Map.of("access", access));
        try (Store store = Store.open(file);
                QueryEngine engine = new QueryEngine(store);
                GatehouseServer server = GatehouseServer.start(
                        store, engine, settings, new WorkerPlanner(store, WorkerCommand.standard()))) {
            return work.apply(server.uri());
        }
    }
}
