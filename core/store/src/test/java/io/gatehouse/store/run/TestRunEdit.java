package io.gatehouse.store.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.write.RunWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be changed about a run that is recorded. */
final class TestRunEdit {
    private static final String RUNS = "SELECT name, note, tags FROM runs ORDER BY run_id";

    @TempDir
    private Path directory;

    @Test
    void changesOnlyWhatIsGiven() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            begin(store, "one");
            begin(store, "two");
            String hash = store.verify().runs().get(0).hash();
            assertThat(store.editRun("one", edit("baseline", "for the paper", List.of("bf16", "paper", "bf16")))
                            .name())
                    .isEqualTo("baseline");
            assertThat(Rows.of(store, RUNS)).containsExactly("baseline|for the paper|[bf16, paper]", "two||[]");
            store.editRun("baseline", new RunEdit(Optional.empty(), Optional.of(""), Optional.empty()));
            assertThat(Rows.of(store, RUNS)).containsExactly("baseline||[bf16, paper]", "two||[]");
            assertThat(store.verify().runs().get(0).hash())
                    .as("the content of a run is not what people say about it")
                    .isEqualTo(hash);
        }
    }

    @Test
    void anUnfinishedRunIsResumedUnderItsNewName() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            RandomRun run = new RandomRun(RandomRun.description("old", 3, 8, 2, Scope.PROMPT), 4, 1);
            try (RunWriter writer = store.startRun(run.description(), RandomRun.questions(4))) {
                writer.write(run.shard(writer, 0, 0, 2));
                assertThatThrownBy(() -> store.editRun("old", edit("new", "", List.of())))
                        .hasMessageContaining("is being written");
            }
            store.editRun("old", edit("new", "", List.of()));
            RandomRun again = new RandomRun(RandomRun.description("new", 3, 8, 2, Scope.PROMPT), 4, 1);
            try (RunWriter writer = store.resumeRun(again.description(), RandomRun.questions(4), Map.of())) {
                writer.write(again.shard(writer, 1, 2, 4));
                writer.finish(RunStatus.COMPLETE);
            }
            assertThat(store.run("new").answered()).isEqualTo(4);
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void refusesNamesThatAreTakenAndTextsThatAreTooLong() {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            begin(store, "one");
            begin(store, "two");
            assertThatThrownBy(() -> store.editRun("one", edit("two", "", List.of())))
                    .hasMessageContaining("two");
            assertThatThrownBy(() -> store.editRun("three", edit("four", "", List.of())))
                    .hasMessageContaining("three");
            assertThatThrownBy(() -> edit(" ", "", List.of())).hasMessage("The name of a run must not be blank.");
            assertThatThrownBy(() -> edit("a", "n".repeat(10_001), List.of()))
                    .hasMessage("The note on a run has 10001 characters; it may have 10000.");
            assertThatThrownBy(() -> edit("a", "", List.of("x", ""))).hasMessage("A tag of a run must not be blank.");
        }
    }

    private static RunEdit edit(String name, String note, List<String> tags) {
        return new RunEdit(Optional.of(name), Optional.of(note), Optional.of(tags));
    }

    private static void begin(Store store, String name) {
        store.startRun(RandomRun.description(name, 3, 8, 2, Scope.PROMPT), RandomRun.questions(1))
                .close();
    }
}
