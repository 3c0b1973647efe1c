package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.ResidentMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Eight clients that download results of hundreds of millions of rows at once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestLargeDownloads {
    private static final String ROWS = "SELECT a.*, t.token FROM activations a, tokens t, range(1000) AS r(i)";
    private static final int CLIENTS = 8;
    private static final Duration READING = Duration.ofSeconds(6);
    private static final long MEGABYTE = 1L << 20;

    private TestingServer server;

    @BeforeAll
    void start(@TempDir Path folder) {
        server = TestingServer.start(folder);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"parquet", "arrow", "csv", "ndjson"})
    void takeBoundedMemory(String format) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        long before = ResidentMemory.bytes();
        AtomicLong read = new AtomicLong();
        List<CompletableFuture<Void>> downloads = IntStream.range(0, CLIENTS)
                .mapToObj(i -> CompletableFuture.runAsync(() -> download(client, format, read)))
                .toList();
        long most = 0;
        long end = System.nanoTime() + READING.toNanos();
        while (System.nanoTime() < end) {
            most = Math.max(most, ResidentMemory.bytes() - before);
            TimeUnit.MILLISECONDS.sleep(100);
        }
        for (CompletableFuture<Void> download : downloads) {
            download.join();
        }
        // A Parquet file is sent when it is whole.
        assertThat(read.get() > 0).as("%d bytes were read", read.get()).isEqualTo(!format.equals("parquet"));
        assertThat(most).as("bytes of memory in addition").isLessThan(1_500 * MEGABYTE);
    }

    /** Reads for the given time, and leaves in the middle. */
    private void download(HttpClient client, String format, AtomicLong read) {
        URI address = server.uri()
                .resolve(
                        "v1/query?format=%s&sql=%s".formatted(format, URLEncoder.encode(ROWS, StandardCharsets.UTF_8)));
        long end = System.nanoTime() + READING.toNanos();
        HttpRequest request = HttpRequest.newBuilder(address).timeout(READING).build();
        try {
            HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                byte[] buffer = new byte[1 << 16];
                for (int n = body.read(buffer); n >= 0 && System.nanoTime() < end; n = body.read(buffer)) {
                    read.addAndGet(n);
                }
            }
        } catch (HttpTimeoutException e) {
            // It waited for its turn all the time.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
