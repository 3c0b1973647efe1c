package io.gatehouse.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.RunRequest;
import io.gatehouse.store.Store;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that send JSON in which something is missing: whatever it is, the worker has ended. */
@Timeout(120)
final class TestRunWorker {
    private static final String SOURCES = "{\"model\":\"m\",\"quiz\":\"q\"}";
    private static final JsonMapper JSON =
            JsonMapper.builder().addModule(new Jdk8Module()).build();

    /** Such a process. Its arguments are kinds of messages and their JSON. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            PipeOutput out = new PipeOutput(new FileOutputStream(OwnerConnection.MESSAGES));
            for (int i = 0; i < arguments.length; i += 2) {
                out.kind(Messages.Kind.valueOf(arguments[i]));
                out.json(JSON.readTree(arguments[i + 1]));
            }
            out.flush();
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        }
    }

    @Test
    void aMessageWithoutItsFieldsBreaksTheProtocol() throws Exception {
        for (String[] sent : List.of(
                new String[] {"FAILED", "{}"},
                new String[] {"FAILED", "{\"code\":\"OUT_OF_MEMORY\"}"},
                new String[] {"FAILED", "null"},
                new String[] {"SOURCES", "{}"},
                new String[] {"SOURCES", "null"},
                new String[] {"SOURCES", "[]"})) {
            requireBroken(sent, () -> start(sent).close());
        }
    }

    @Test
    void aPreparedRunWithoutItsFieldsBreaksTheProtocol(@TempDir Path folder) throws Exception {
        try (Store store = Store.create(folder.resolve("runs.duckdb"))) {
            for (String[] sent : List.of(
                    new String[] {"SOURCES", SOURCES, "PREPARED", "{}"},
                    new String[] {"SOURCES", SOURCES, "PREPARED", "null"},
                    new String[] {"SOURCES", SOURCES, "PREPARED", "{\"description\":{}}"},
                    new String[] {"SOURCES", SOURCES, "PREPARED", "{\"more\":{\"skipped\":null}}"},
                    new String[] {"SOURCES", SOURCES, "QUESTIONS", "{}"},
                    new String[] {"SOURCES", SOURCES, "QUESTIONS", "{\"entries\":[null]}"},
                    new String[] {"SOURCES", SOURCES, "QUESTIONS", "{\"entries\":[{}]}"},
                    new String[] {"SOURCES", SOURCES, "FAILED", "{}"})) {
                try (RunWorker worker = start(sent)) {
                    requireBroken(sent, () -> worker.execute("run", store, new Watching()));
                }
            }
            assertThat(store.runs()).isEmpty();
        }
    }

    private static RunWorker start(String... sent) throws IOException {
        List<String> program = new ArrayList<>(List.of(Worker.class.getName()));
        program.addAll(List.of(sent));
        return RunWorker.start(
                new WorkerSettings(program, 1L << 30, Duration.ofMinutes(1)),
                JSON.readValue("{\"model\":\"m\",\"quiz\":\"q\"}", RunRequest.class));
    }

    private static final class Watching implements RunListener {
        @Override
        public void progress(RunProgress progress) {}

        @Override
        public boolean cancelled() {
            return false;
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static void requireBroken(String[] sent, Action action) {
        GatehouseException failure = catchThrowableOfType(GatehouseException.class, action::run);
        assertThat(failure).as("%s", List.of(sent)).isNotNull();
        assertThat(failure.code()).as("%s", List.of(sent)).isEqualTo(ErrorCode.WORKER_ENDED);
        assertThat(failure).as("%s", List.of(sent)).hasMessageContaining("broke the protocol");
    }
}
