package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.query.MemoryWatch;
import io.gatehouse.testing.RecordCopy;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server that holds more memory than it may ends queries until it does not. */
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "what a process holds is known on Linux only")
final class TestMemoryWatch {
    private static final String ENDLESS =
            "SELECT count(*) FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f WHERE a.token_id < b.token_id";

    @Test
    void endsQueriesWhileTheServerHoldsTooMuch(@TempDir Path folder) throws Exception {
        // Its share is more than this process holds already, whatever ran in it before.
        ServerMemory memory = new ServerMemory((MemoryWatch.resident() + (1L << 30)) / 7 * 10);
        try (TestingServer server =
                TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("memory", memory)))) {
            CompletableFuture<HttpResponse<String>> query = CompletableFuture.supplyAsync(() -> {
                try {
                    return server.send(
                            "v1/query",
                            request -> request.header("Content-Type", "application/sql")
                                    .POST(BodyPublishers.ofString(ENDLESS)));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            while (running(server) == 0) {
                Thread.sleep(10);
            }
            HttpResponse<String> answer;
            try (BufferAllocator allocator = new RootAllocator();
                    ArrowBuf held = allocator.buffer(memory.process())) {
                held.setOne(0, held.capacity());
                answer = query.get(20, TimeUnit.SECONDS);
            }
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(507);
            assertThat(answer.body())
                    .contains("\"code\":\"OUT_OF_MEMORY\"")
                    .contains("the server held more than its %,d bytes of memory".formatted(memory.process()));
        }
    }

    private static int running(TestingServer server) throws Exception {
        return new ObjectMapper()
                .readTree(server.get("v1/queries").body())
                .at("/running")
                .asInt();
    }
}
