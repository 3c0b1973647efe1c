package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file of every released schema version opens as one of the current version. Each file holds the
 * run "whole", of 5 questions, 3 layers, top-2 of 8, 7 tokens each, and the unfinished run "last" of last tokens of the
 * first 3 questions.
 */
final class TestMigration {
    private static final String CATALOG = """
            SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal
            UNION ALL SELECT table_name, '', '', comment FROM duckdb_tables() WHERE NOT internal
            UNION ALL SELECT view_name, '', sql, comment FROM duckdb_views() WHERE NOT internal
            ORDER BY ALL""";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void givesAnOldFileTheSchemaOfANewOne(int version) throws Exception {
        try (Store old = Store.open(file(version));
                Store fresh = Store.create(directory.resolve("fresh.duckdb"))) {
            assertThat(Rows.of(old, CATALOG)).isEqualTo(Rows.of(fresh, CATALOG)).isNotEmpty();
            assertThat(Rows.of(old, "SELECT version FROM schema_version"))
                    .isEqualTo(Rows.of(fresh, "SELECT version FROM schema_version"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void findsTheQuestionsOfEveryShard(int version) throws Exception {
        try (Store store = Store.open(file(version))) {
            assertThat(Rows.of(store, "SELECT run_id, shard, question_ids FROM run_shards ORDER BY ALL"))
                    .containsExactly("1|0|[1, 2, 3]", "1|1|[4, 5]", "2|0|[1, 2, 3]");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void keepsEveryDecision(int version) throws Exception {
        try (Store store = Store.open(file(version))) {
            assertThat(Rows.of(
                            store,
                            "SELECT run_id, count(*), sum(len(experts)) FROM token_routing GROUP BY 1 ORDER BY 1"))
                    .containsExactly("1|105|210", "2|9|18");
            RandomRun made = new RandomRun(RandomRun.description("whole", 3, 8, 2, Scope.PROMPT), 7, 1);
            try (RunWriter writer =
                    store.startRun(RandomRun.description("again", 3, 8, 2, Scope.PROMPT), RandomRun.questions(5))) {
                writer.write(made.shard(writer, 0, 0, 3));
                writer.write(made.shard(writer, 1, 3, 5));
            }
            for (String table : List.of(
                    "token_routing",
                    "activations",
                    "question_usage",
                    "subject_usage",
                    "layer_usage",
                    "outcome_usage",
                    "experts")) {
                String rows = "SELECT * EXCLUDE (run_id) FROM %s WHERE run_id = %d ORDER BY ALL";
                assertThat(Rows.of(store, rows.formatted(table, 1)))
                        .as(table)
                        .isEqualTo(Rows.of(store, rows.formatted(table, 3)))
                        .isNotEmpty();
            }
            assertThat(Rows.of(store, """
                            SELECT layer, scope, n,
                                bool_and(abs(a.entropy_sum - b.entropy_sum) < 1e-9 AND abs(a.mass_sum - b.mass_sum) < 1e-6
                                    AND abs(a.top_k_entropy_sum - b.top_k_entropy_sum) < 1e-4
                                    AND abs(a.margin_sum - b.margin_sum) < 1e-9)
                            FROM layer_entropy AS a JOIN layer_entropy AS b USING (layer, scope, n)
                            WHERE a.run_id = 1 AND b.run_id = 3 GROUP BY ALL ORDER BY ALL"""))
                    .containsExactly(
                            "0|last_prompt|5|true",
                            "0|prompt|30|true",
                            "1|last_prompt|5|true",
                            "1|prompt|30|true",
                            "2|last_prompt|5|true",
                            "2|prompt|30|true");
        }
    }

    @Test
    void remembersWhatItKnowsOfTheDefinitionOfARun() throws Exception {
        try (Store store = Store.open(file(1))) {
            assertThat(Rows.of(store, "SELECT * FROM run_definitions WHERE run_id = 2 ORDER BY ALL"))
                    .containsExactly(
                            "2|fingerprint|c0ffee",
                            "2|format|hendrycks",
                            "2|norms|false",
                            "2|plan|exact",
                            "2|probabilities|none",
                            "2|scope|last_prompt",
                            "2|shots|0");
        }
    }

    @Test
    void goesOnWithARunOfVersionTwo() throws Exception {
        RandomRun made = new RandomRun(RandomRun.description("last", 3, 8, 2, Scope.LAST_PROMPT), 7, 2);
        try (Store store = Store.open(file(2))) {
            assertThat(store.verify().problems()).isEmpty();
            try (RunWriter writer = store.resumeRun(made.description(), RandomRun.questions(5), Map.of())) {
                assertThat(writer.isWritten(0)).isTrue();
                writer.write(made.shard(writer, 1, 3, 5));
                writer.finish(RunStatus.COMPLETE);
            }
            assertThat(store.verify().problems()).isEmpty();
            assertThat(Rows.of(store, "SELECT probabilities, norms, interventions FROM runs WHERE run_id = 2"))
                    .containsExactly("none|false|");
        }
    }

    private Path file(int version) throws Exception {
        String name = "version-%d.duckdb".formatted(version);
        Path file = directory.resolve(name);
        try (InputStream packed = Objects.requireNonNull(getClass().getResourceAsStream(name + ".gz"));
                InputStream unpacked = new GZIPInputStream(packed)) {
            Files.copy(unpacked, file);
        }
        return file;
    }
}
