package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.testing.RecordCopy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Single values of many megabytes, each: what passes them on in parts does, and nothing else. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestLongValues {
    private static final int LENGTH = 60_000_000;
    private static final String TEXT = "SELECT string_agg('\"', '') AS t FROM range(1000000) a, range(60) b";
    private static final String LIST = "SELECT list(a.i) AS l FROM range(1000000) AS a(i), range(6) AS b(j)";

    private TestingServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    void start(@TempDir Path folder) {
        server = TestingServer.start(
                folder, settings -> RecordCopy.of(settings, Map.of("memory", new ServerMemory(5_000_000_000L))));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void csvAndArrowPassALongTextOn() throws Exception {
        List<CompletableFuture<Long>> clients = List.of(
                CompletableFuture.supplyAsync(() -> bytes("csv", TEXT)),
                CompletableFuture.supplyAsync(() -> bytes("csv", TEXT)));
        for (CompletableFuture<Long> one : clients) {
            assertThat(one.get(120, TimeUnit.SECONDS)).isEqualTo("t\r\n".length() + 2L * LENGTH + 4);
        }
        assertThat(bytes("arrow", TEXT)).isBetween((long) LENGTH, LENGTH + 10_000L);
        assertThat(bytes("csv", LIST)).isGreaterThan(40_000_000L);
    }

    @Test
    void jsonRefusesWhatTheHeapHasNoRoomFor() throws Exception {
        for (String sql : List.of(TEXT, LIST, TEXT.replace(" AS t", " AS t, DATE '2026-11-28' AS d"))) {
            for (String type : List.of("application/json", "application/x-ndjson")) {
                HttpResponse<String> response = server.send(
                        "v1/query",
                        request -> request.header("Accept", type)
                                .header("Content-Type", "application/sql")
                                .POST(BodyPublishers.ofString(sql)));
                assertThat(response.statusCode()).as(response.body()).isEqualTo(413);
                assertThat(new ObjectMapper()
                                .readTree(response.body())
                                .at("/code")
                                .asText())
                        .isEqualTo("RESULT_TOO_LARGE");
                assertThat(response.body()).contains("all results may take 250,000,000", "CSV, Arrow or Parquet");
            }
        }
        assertThat(server.query("SELECT count(*) FROM runs").statusCode()).isEqualTo(200);
    }

    /** A page shows the beginning of a long text, and no more than a browser can show. */
    @Test
    void thePlainPageStaysSmall() throws Exception {
        String page = plain("SELECT string_agg('x', '') AS t FROM range(100000)");
        assertThat(page).contains("x".repeat(10_000) + "…</td>").doesNotContain("x".repeat(10_001));
        assertThat(plain("SELECT left(s.t, 9000) AS t FROM (SELECT string_agg('<', '') AS t FROM range(9000)) AS s,"
                        + " range(1000)"))
                .contains("The page is larger than the limit of 8,000,000 characters");
    }

    private String plain(String sql) throws Exception {
        return server.send(
                        "plain",
                        request -> request.header("Content-Type", "application/x-www-form-urlencoded")
                                .header("Sec-Fetch-Site", "same-origin")
                                .POST(BodyPublishers.ofString("sql=" + URLEncoder.encode(sql, StandardCharsets.UTF_8))))
                .body();
    }

    private long bytes(String format, String sql) {
        URI address = server.uri()
                .resolve("v1/query?format=%s&sql=%s".formatted(format, URLEncoder.encode(sql, StandardCharsets.UTF_8)));
        try {
            HttpResponse<InputStream> response =
                    client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofInputStream());
            byte[] buffer = new byte[1 << 16];
            long count = 0;
            try (InputStream body = response.body()) {
                assertThat(response.statusCode()).isEqualTo(200);
                for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                    count += read;
                }
            }
            return count;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
