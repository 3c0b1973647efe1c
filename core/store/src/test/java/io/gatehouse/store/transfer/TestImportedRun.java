package io.gatehouse.store.transfer;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import io.gatehouse.store.write.TokenValues;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports go through the writer of runs, in shards, and what their source does not say is NULL in facts and rollups. */
final class TestImportedRun {
    private static final float[] UNKNOWN = {};

    /** Room for one of the sequences of {@link #one}, and not for two. */
    private static final long ONE_SEQUENCE_BYTES = 1_800;

    private static final int LAYERS = 3;
    private static final int EXPERTS = 8;
    private static final int TOP_K = 2;
    private static final int TOKENS = 5;

    /** Room for the names of all sequences of a test, and for the routing of few of them. */
    private static final long FEW_SEQUENCES = 20_000;

    @TempDir
    private Path directory;

    /** Found by name, in any order; of a run that is deleted meanwhile, the other one keeps its questions. */
    @Test
    void sharesTheQuestionsOfAnotherImport() throws Exception {
        List<TracedSequence> sequences = random(6, true, true, true);
        List<TracedSequence> some = new ArrayList<>(sequences.subList(1, 5));
        Collections.reverse(some);
        try (Store store = Store.create(directory.resolve("two.duckdb"))) {
            store.importRun(run(sequences, SequenceSource.of(sequences), Long.MAX_VALUE), "test");
            store.importRun(named("second", some).withQuestionsOf("r"), "test");
            String question = """
                    SELECT a.value, t.position, t.token_id, count(*)
                    FROM tokens AS t JOIN question_attributes AS a ON a.question_id = t.question_id AND a.name = 'name'
                    WHERE t.run_id IN (%s)
                    GROUP BY ALL ORDER BY ALL""";
            assertThat(Rows.of(store, "SELECT DISTINCT quiz FROM runs")).hasSize(1);
            assertThat(Rows.count(store, "SELECT count(*) FROM questions")).isEqualTo(6);
            assertThat(Rows.of(store, question.formatted("2")))
                    .isNotEmpty()
                    .allMatch(Rows.of(store, question.formatted("1"))::contains);
            assertThat(store.verify().problems()).isEmpty();
            assertRefused(
                    () -> store.importRun(
                            named("third", random(7, true, true, true)).withQuestionsOf("r"), "test"),
                    ErrorCode.INVALID_ARGUMENT,
                    "Run \"r\" has no sequence named \"");
            assertRefused(
                    () -> store.importRun(named("third", some).withQuestionsOf("nowhere"), "test"),
                    ErrorCode.RUN_NOT_FOUND,
                    "There is no run named \"nowhere\".");
            store.deleteRun("r");
            assertThat(Rows.count(store, "SELECT count(*) FROM questions")).isEqualTo(6);
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    private static ImportedRun named(String name, List<TracedSequence> sequences) {
        return ImportedRun.of(name, "test", "m", LAYERS, EXPERTS, TOP_K, Map.of(), sequences, List.of());
    }

    @Test
    void holdsTheSameInOneShardAndInMany() throws Exception {
        List<TracedSequence> sequences = random(60, true, true, true);
        try (Store one = Store.create(directory.resolve("one.duckdb"));
                Store many = Store.create(directory.resolve("many.duckdb"))) {
            one.importRun(run(sequences, SequenceSource.of(sequences), Long.MAX_VALUE), "test");
            many.importRun(run(sequences, SequenceSource.of(sequences), FEW_SEQUENCES), "test");
            assertThat(Rows.count(one, "SELECT count(*) FROM run_shards")).isEqualTo(1);
            assertThat(Rows.count(many, "SELECT count(*) FROM run_shards")).isGreaterThan(10);
            assertThat(many.verify()).isEqualTo(one.verify());
            assertThat(many.verify().problems()).isEmpty();
            assertThat(Rows.of(many, "SELECT status, questions, source FROM runs"))
                    .containsExactly("complete|60|vllm");
            for (String rollup : List.of("subject_usage", "layer_usage", "outcome_usage", "experts")) {
                assertThat(Rows.of(many, "FROM %s ORDER BY ALL".formatted(rollup)))
                        .as(rollup)
                        .isNotEmpty()
                        .isEqualTo(Rows.of(one, "FROM %s ORDER BY ALL".formatted(rollup)));
            }
        }
    }

    /** Every mixture of what a source may say: the rollups are what the facts sum up to, NULL included. */
    @Test
    void rollupsFollowFromFactsWhateverIsMissing() throws Exception {
        for (boolean weighed : new boolean[] {false, true}) {
            for (boolean ranked : new boolean[] {false, true}) {
                for (boolean gated : new boolean[] {false, true}) {
                    String what = "weighed %b, ranked %b, gated %b".formatted(weighed, ranked, gated);
                    List<TracedSequence> sequences = random(12, weighed, ranked, gated);
                    try (Store store = Store.create(directory.resolve(what + ".duckdb"))) {
                        store.importRun(run(sequences, SequenceSource.of(sequences), FEW_SEQUENCES), "test");
                        assertThat(store.verify().problems()).as(what).isEmpty();
                        assertThat(Rows.of(store, """
                                        SELECT DISTINCT
                                            weights IS NOT NULL, top_k_entropy IS NOT NULL, entropy IS NOT NULL,
                                            mass IS NOT NULL, margin IS NOT NULL
                                        FROM token_routing"""))
                                .as(what)
                                .containsExactly(
                                        "%b|%b|%b|%b|%b".formatted(weighed, weighed, gated, weighed && gated, gated));
                        assertThat(Rows.of(store, "SELECT DISTINCT \"rank\" IS NOT NULL FROM activations"))
                                .as(what)
                                .containsExactly(String.valueOf(ranked));
                        assertThat(
                                        Rows.of(
                                                store,
                                                "SELECT DISTINCT weight_sum IS NOT NULL, weight_min IS NOT NULL FROM layer_usage"))
                                .as(what)
                                .containsExactly("%b|%1$b".formatted(weighed));
                        assertThat(Rows.of(store, "SELECT DISTINCT weight_sum IS NOT NULL FROM experts"))
                                .as(what)
                                .containsExactly(String.valueOf(weighed));
                        assertThat(Rows.of(store, """
                                        FROM layer_entropy AS e
                                        JOIN (
                                            SELECT layer, phase, is_last_prompt, sum(top_k_entropy) AS s
                                            FROM token_routing GROUP BY ALL
                                        ) AS f USING (layer, phase, is_last_prompt)
                                        WHERE (e.top_k_entropy_sum IS NULL) <> (f.s IS NULL)
                                            OR abs(e.top_k_entropy_sum - f.s) > 0.01""")).as(what).isEmpty();
                    }
                }
            }
        }
    }

    /** Sums of known, of unknown and of no weights, in one shard and in a shard for each sequence. */
    @Test
    void mergesSumsThatAreMissing() throws Exception {
        mergesSumsThatAreMissing(1 << 20, 1);
        mergesSumsThatAreMissing(ONE_SEQUENCE_BYTES, 4);
    }

    private void mergesSumsThatAreMissing(long memory, int shards) throws Exception {
        List<TracedSequence> sequences = List.of(
                one("q1", "s", UNKNOWN).answered(new TracedAnswer("q1", "", "A", Optional.of("A"), true)),
                one("q2", "s", UNKNOWN),
                one("q3", "s", new float[] {0.5f, 0.25f}),
                one("q4", "t", UNKNOWN).answered(new TracedAnswer("q4", "", "Paris", Optional.empty(), false)));
        try (Store store = Store.create(directory.resolve(shards + ".duckdb"))) {
            store.importRun(run(sequences, SequenceSource.of(sequences), memory), "test");
            assertThat(Rows.count(store, "SELECT count(*) FROM run_shards")).isEqualTo(shards);
            assertThat(Rows.of(store, "SELECT expert, n, weight_sum FROM question_usage WHERE question_id = 1"))
                    .containsExactlyInAnyOrder("0|1|null", "1|1|null");
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT subject, expert, n, weight_sum, weight_square_sum, weight_max FROM subject_usage ORDER BY ALL"))
                    .containsExactly(
                            "s|0|3|0.5|0.25|0.5",
                            "s|1|3|0.25|0.0625|0.25",
                            "t|0|1|null|null|null",
                            "t|1|1|null|null|null");
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT answer, correct, expert, n, weight_sum FROM outcome_usage WHERE expert = 0 ORDER BY ALL"))
                    .containsExactly("|null|0|2|0.5", "A|true|0|1|null", "Paris|false|0|1|null");
            // Of 2/3 and 1/3.
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT n, entropy_sum, round(top_k_entropy_sum, 4), mass_sum, margin_sum FROM layer_entropy"))
                    .containsExactly("4|null|0.6365|null|null");
            assertThat(Rows.of(store, "SELECT scope, expert, activations, weight_sum FROM experts ORDER BY ALL"))
                    .containsExactly("last_prompt|0|4|0.5", "last_prompt|1|4|0.25", "last_prompt|2|0|0.0");
            assertThat(Rows.of(store, "SELECT question_id, predicted, correct FROM answers ORDER BY ALL"))
                    .containsExactly("1|A|true", "4|null|false");
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    /** With all that an own run has, an import of the same routing has the same content. */
    @Test
    void hasTheContentOfAnOwnRunOfTheSameRouting() throws Exception {
        float[] gates = {0.5f, 0.25f, 0.125f, 0.125f, 0.0625f, 0.1875f, 0.25f, 0.5f};
        TracedLayer layer = new TracedLayer(
                0, 2, new int[] {0, 1}, new int[] {0, 1, 3, 2}, true, new float[] {0.5f, 0.25f, 0.5f, 0.25f}, gates);
        TracedSequence sequence =
                new TracedSequence("q", Optional.of("birds"), "", new int[] {7, 8}, 2, List.of(layer));
        try (Store own = Store.create(directory.resolve("own.duckdb"));
                Store imported = Store.create(directory.resolve("imported.duckdb"))) {
            writeOwn(own, gates);
            imported.importRun(
                    ImportedRun.of("r", "router-logits", "m", 1, 4, 2, Map.of(), List.of(sequence), List.of()), "test");
            assertThat(Rows.of(imported, "FROM token_routing ORDER BY ALL"))
                    .isEqualTo(Rows.of(own, "FROM token_routing ORDER BY ALL"));
            assertThat(Rows.of(imported, "FROM layer_entropy ORDER BY ALL"))
                    .isEqualTo(Rows.of(own, "FROM layer_entropy ORDER BY ALL"));
            // The source of the import has no answers.
            try (Connection intruder = own.reader();
                    Statement statement = intruder.createStatement()) {
                statement.execute("DELETE FROM answers");
            }
            assertThat(imported.verify().runs()).isEqualTo(own.verify().runs());
        }
    }

    private static void writeOwn(Store store, float[] gates) {
        RunDescription run = new RunDescription(
                "r",
                "m",
                "c0ffee",
                "a",
                ModelLayer.alike(1, 4, 2),
                "quiz",
                "hendrycks",
                0,
                new Recording(Scope.PROMPT, Recording.Probabilities.ALL, false),
                "exact",
                "cpu",
                "",
                "test");
        try (RunWriter writer =
                store.startRun(run, List.of(new QuestionRow("birds", 1, "?", List.of("a", "b"), 'A')))) {
            int[] ids = {writer.questionId(0), writer.questionId(0)};
            int[] positions = {0, 1};
            boolean[] last = {false, true};
            // -sum p ln p; ln 0.75 - (0.5 ln 0.5 + 0.25 ln 0.25) / 0.75.
            float[] entropy = {1.2130076f, 1.1803046f};
            float[] topKEntropy = {0.6365142f, 0.6365142f};
            writer.write(new Shard(
                    0,
                    List.of(new RoutingColumns(
                            0,
                            2,
                            ids,
                            positions,
                            last,
                            new short[] {0, 1, 3, 2},
                            new float[] {0.5f, 0.25f, 0.5f, 0.25f},
                            entropy,
                            topKEntropy,
                            new float[] {0.75f, 0.75f},
                            new float[] {0.125f, 0.0625f})),
                    List.of(new TokenColumns(ids, positions, last, new int[] {7, 8}, new String[] {"", ""})),
                    List.of(new AnswerRow(ids[0], 'A', true, new float[] {-1, -2}, 7, "A", 2)),
                    List.of(new TokenValues(0, 4, ids, positions, gates)),
                    List.of()));
            writer.finish(RunStatus.COMPLETE);
        }
    }

    /** A source may say the experts of the last token only, and name all tokens. */
    @Test
    void keepsTokensWithoutRouting() throws Exception {
        TracedLayer layer = new TracedLayer(0, 2, new int[] {2}, new int[] {0, 1}, true, UNKNOWN, UNKNOWN);
        TracedSequence sequence = new TracedSequence("q", Optional.empty(), "", new int[] {7, 8, 9}, 3, List.of(layer));
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            store.importRun(ImportedRun.of("r", "vllm", "m", 1, 3, 2, Map.of(), List.of(sequence), List.of()), "test");
            assertThat(Rows.of(store, "SELECT recorded FROM runs")).containsExactly("last_prompt");
            assertThat(Rows.of(store, "SELECT \"position\", is_last_prompt, token_id, token FROM tokens ORDER BY ALL"))
                    .containsExactly("0|false|7|", "1|false|8|", "2|true|9|");
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    /** Tokens behind the prompt were generated; they count in no figure of prompts. */
    @Test
    void keepsGeneratedTokensApart() throws Exception {
        float[] weights = {0.5f, 0.25f, 0.5f, 0.25f, 0.75f, 0.25f, 0.5f, 0.125f};
        TracedLayer layer = new TracedLayer(
                1, 2, new int[] {0, 1, 2, 3}, new int[] {0, 1, 0, 2, 3, 0, 3, 1}, true, weights, UNKNOWN);
        TracedSequence sequence =
                new TracedSequence("q", Optional.empty(), "", new int[] {7, 8, 9, 6, 5}, 2, List.of(layer));
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            store.importRun(ImportedRun.of("r", "vllm", "m", 2, 4, 2, Map.of(), List.of(sequence), List.of()), "test");
            assertThat(Rows.of(
                            store,
                            "SELECT \"position\", phase, is_last_prompt, experts FROM token_routing ORDER BY ALL"))
                    .containsExactly(
                            "0|prompt|false|[0, 1]",
                            "1|prompt|true|[0, 2]",
                            "2|generated|false|[3, 0]",
                            "3|generated|false|[3, 1]");
            assertThat(Rows.of(store, "SELECT \"position\", phase, is_last_prompt, token_id FROM tokens ORDER BY ALL"))
                    .containsExactly(
                            "0|prompt|false|7",
                            "1|prompt|true|8",
                            "2|generated|false|9",
                            "3|generated|false|6",
                            "4|generated|false|5");
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT scope, expert, activations, weight_sum FROM experts WHERE activations > 0 ORDER BY ALL"))
                    .containsExactly(
                            "generated|0|1|0.25",
                            "generated|1|1|0.125",
                            "generated|3|2|1.25",
                            "last_prompt|0|1|0.5",
                            "last_prompt|2|1|0.25",
                            "prompt|0|2|1.0",
                            "prompt|1|1|0.25",
                            "prompt|2|1|0.25");
            assertThat(Rows.of(store, "SELECT phase, is_last_prompt, expert, n FROM question_usage ORDER BY ALL"))
                    .containsExactly(
                            "generated|false|0|1",
                            "generated|false|1|1",
                            "generated|false|3|2",
                            "prompt|false|0|1",
                            "prompt|false|1|1",
                            "prompt|true|0|1",
                            "prompt|true|2|1");
            assertThat(Rows.of(store, "SELECT phase, is_last_prompt, n FROM layer_entropy ORDER BY ALL"))
                    .containsExactly("generated|false|2", "prompt|false|1", "prompt|true|1");
            assertThat(Rows.of(store, "SELECT recorded FROM runs")).containsExactly("prompt");
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void leavesNothingWhenItsSourceFails() throws Exception {
        List<TracedSequence> sequences = random(60, true, true, false);
        SequenceSource failing = reader -> {
            for (int i = 0; i < 40; i++) {
                reader.accept(sequences.get(i), i);
            }
            throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "line 41 is damaged");
        };
        SequenceSource twice = reader -> {
            SequenceSource.of(sequences).read(reader);
            reader.accept(sequences.get(3), 3);
        };
        SequenceSource cut = reader -> reader.accept(sequences.get(0), 0);
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertFails(store, () -> run(sequences, failing, FEW_SEQUENCES), "line 41 is damaged.");
            assertFails(store, () -> run(sequences, twice, FEW_SEQUENCES), " answers question 4 a second time");
            assertFails(store, () -> run(sequences, cut, FEW_SEQUENCES), "has 1 of 60 questions answered");
            store.importRun(run(sequences, SequenceSource.of(sequences), FEW_SEQUENCES), "test");
            assertThat(store.verify().problems()).isEmpty();
            assertThat(Rows.of(store, "SELECT run_id, status FROM runs")).containsExactly("1|complete");
        }
    }

    private static void assertFails(Store store, Supplier<ImportedRun> run, String message) throws Exception {
        assertThatThrownBy(() -> store.importRun(run.get(), "test")).hasMessageContaining(message);
        for (String table : List.of("runs", "questions", "routing", "usage", "layer_usage", "run_shards", "layers")) {
            assertThat(Rows.count(store, "SELECT count(*) FROM " + table))
                    .as(table)
                    .isZero();
        }
    }

    @Test
    void refusesASequenceThatIsTooLarge() throws Exception {
        List<TracedSequence> sequences = random(2, true, true, true);
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> store.importRun(run(sequences, SequenceSource.of(sequences), 1_000), "test"))
                    .withMessageStartingWith("The test takes more than ")
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY));
            assertThat(store.runs()).isEmpty();
        }
    }

    private static ImportedRun run(List<TracedSequence> sequences, SequenceSource source, long memory) {
        ImportedRun held = ImportedRun.of(
                "r",
                "vllm",
                "m",
                RecordedShape.of(sequences, List.of()).layers(),
                RecordedShape.of(sequences, List.of()).experts() + 1,
                TOP_K,
                Map.of(),
                sequences,
                List.of());
        return new ImportedRun(
                held.name(),
                held.source(),
                held.model(),
                held.layers(),
                held.experts(),
                held.topK(),
                held.provenance(),
                held.shape(),
                held.questions(),
                held.questionsOf(),
                source,
                held.counts(),
                FileMemory.of("The test", memory),
                held.step());
    }

    /** One token that went to experts 0 and 1 of one layer. */
    private static TracedSequence one(String name, String domain, float[] weights) {
        TracedLayer layer = new TracedLayer(0, 2, new int[] {0}, new int[] {0, 1}, false, weights, UNKNOWN);
        return new TracedSequence(name, Optional.of(domain), "", new int[0], 1, List.of(layer));
    }

    /** Sequences of some domains, of which every third has an answer. */
    private static List<TracedSequence> random(int count, boolean weighed, boolean ranked, boolean gated) {
        Random random = new Random(20_261_128);
        List<TracedSequence> sequences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = "q" + i;
            List<TracedLayer> layers = IntStream.range(0, LAYERS)
                    .mapToObj(layer -> layer(random, layer, weighed, ranked, gated))
                    .toList();
            TracedSequence sequence = new TracedSequence(
                    name,
                    Optional.of("domain" + i % 4),
                    "",
                    random.ints(TOKENS, 0, 1000).toArray(),
                    TOKENS,
                    layers);
            TracedAnswer answer = new TracedAnswer(name, "", "answer" + i % 2, Optional.of("?"), random.nextBoolean());
            sequences.add(i % 3 == 0 ? sequence.answered(answer) : sequence);
        }
        return sequences;
    }

    private static TracedLayer layer(Random random, int layer, boolean weighed, boolean ranked, boolean gated) {
        int[] experts = new int[TOKENS * TOP_K];
        float[] weights = new float[weighed ? experts.length : 0];
        float[] gates = new float[gated ? TOKENS * EXPERTS : 0];
        for (int token = 0; token < TOKENS; token++) {
            experts[token * TOP_K] = random.nextInt(EXPERTS);
            experts[token * TOP_K + 1] = (experts[token * TOP_K] + 1 + random.nextInt(EXPERTS - 1)) % EXPERTS;
            for (int expert = 0; expert < EXPERTS && gated; expert++) {
                gates[token * EXPERTS + expert] = 1f / EXPERTS;
            }
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextFloat();
        }
        return new TracedLayer(layer, TOP_K, IntStream.range(0, TOKENS).toArray(), experts, ranked, weights, gates);
    }
}
