package io.gatehouse.store.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.ImportedRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which runs a note is about, and how long a file keeps it. */
final class TestExpertNotes {
    private static final String NOTES =
            "SELECT run_id, layer, expert, label, text, of_model, note_id FROM expert_notes" + " ORDER BY ALL";

    @TempDir
    private Path directory;

    @Test
    void aNoteIsAboutTheModelOrAboutOneRun() throws Exception {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file)) {
            begin(store, "one");
            begin(store, "two");
            ExpertNotes notes = store.expertNotes();
            assertThat(notes.add(store.run("one"), 1, 7, "commas", "mostly after numbers", false))
                    .extracting(ExpertNote::id, ExpertNote::label)
                    .containsExactly(1, "commas");
            notes.add(store.run("two"), 0, 2, "masked here", "", true);
            assertThat(Rows.of(store, NOTES))
                    .containsExactly(
                            "1|1|7|commas|mostly after numbers|true|1",
                            "2|0|2|masked here||false|2",
                            "2|1|7|commas|mostly after numbers|true|1");
            assertThat(notes.change(1, "punctuation", "")).isPresent();
            assertThat(notes.change(9, "nothing", "")).isEmpty();
            assertThat(store.verify().problems()).isEmpty();
            store.deleteRun("two");
            assertThat(Rows.of(store, NOTES)).containsExactly("1|1|7|punctuation||true|1");
        }
        Store.compact(file);
        try (Store store = Store.open(file)) {
            assertThat(Rows.of(store, NOTES)).containsExactly("1|1|7|punctuation||true|1");
            assertThat(store.expertNotes().delete(1)).isTrue();
            assertThat(store.expertNotes().delete(1)).isFalse();
            store.expertNotes().add(store.run("one"), 1, 7, "commas", "", false);
            store.deleteRun("one");
            assertThat(Rows.count(store, "SELECT count(*) FROM notes"))
                    .as("the checkpoint has no run any more")
                    .isZero();
        }
    }

    /** Imports that do not say their checkpoint have nothing in common. */
    @Test
    void aNoteOnARunOfAnUnknownCheckpointIsAboutThatRun() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            for (String name : List.of("first", "second")) {
                ExpertCounts counts = new ExpertCounts(Optional.empty(), 1, new long[] {1, 2, 3, 0});
                store.importRun(
                        ImportedRun.of(name, "imatrix", "m", 2, 4, 2, Map.of(), List.of(), List.of(counts)), "test");
            }
            store.expertNotes().add(store.run("second"), 1, 3, "never fires", "", false);
            assertThat(Rows.of(store, NOTES)).containsExactly("2|1|3|never fires||false|1");
            store.modelWeights().assign("second", "c0ffee", 2, 4);
            assertThat(Rows.of(store, NOTES)).containsExactly("2|1|3|never fires||false|1");
        }
    }

    @Test
    void refusesWhatNamesNoExpertOrIsTooLong() {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            begin(store, "one");
            ExpertNotes notes = store.expertNotes();
            assertThatThrownBy(() -> notes.add(store.run("one"), 3, 0, "x", "", false))
                    .hasMessage("The model of run \"one\" has no experts in layer 3.");
            assertThatThrownBy(() -> notes.add(store.run("one"), 2, 8, "x", "", false))
                    .hasMessage("Layer 2 of the model of run \"one\" has experts 0 to 7, not 8.");
            assertThatThrownBy(() -> notes.add(store.run("one"), 2, 7, " ", "", false))
                    .hasMessage("The label of a note must not be blank.");
            assertThatThrownBy(() -> notes.add(store.run("one"), 2, 7, "x", "y".repeat(10_001), false))
                    .hasMessage("The text of a note has 10001 characters; it may have 10000.");
        }
    }

    private static void begin(Store store, String name) {
        store.startRun(RandomRun.description(name, 3, 8, 2, Scope.PROMPT), RandomRun.questions(1))
                .close();
    }
}
