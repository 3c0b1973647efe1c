package io.gatehouse.store.write;

import static io.gatehouse.store.RandomRun.description;
import static io.gatehouse.store.RandomRun.questions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestRunWriter {
    private static final long SEED = 20_261_124;

    @TempDir
    private Path directory;

    @Test
    void givesBackEveryDecision() throws Exception {
        assertGivesBack(new RandomRun(description("r", 3, 8, 2, Scope.PROMPT), 7, SEED));
    }

    @Test
    void givesBackTopOne() throws Exception {
        assertGivesBack(new RandomRun(description("r", 2, 8, 1, Scope.PROMPT), 5, SEED));
    }

    @Test
    void givesBackTheTopSixteenOfAThousandExperts() throws Exception {
        assertGivesBack(new RandomRun(description("r", 2, 1024, 16, Scope.PROMPT), 30, SEED));
    }

    @Test
    void givesBackTheLastTokenAlone() throws Exception {
        assertGivesBack(new RandomRun(description("r", 3, 64, 8, Scope.LAST_PROMPT), 9, SEED));
    }

    @Test
    void givesBackAShardOfSeveralArrowBatches() throws Exception {
        // 12 questions x 2 layers x 5,200 tokens = 124,800 rows, of which a batch takes 122,880.
        assertGivesBack(new RandomRun(description("r", 2, 8, 1, Scope.PROMPT), 5_200, SEED));
    }

    @Test
    void keepsExpertIdsToTheLast() throws Exception {
        RandomRun shards = new RandomRun(description("r", 1, 1024, 1, Scope.PROMPT), 1, SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(1))) {
            Shard shard = shards.shard(writer, 0, 0, 1);
            RoutingColumns columns = shard.routing().get(0);
            columns.experts()[0] = 1023;
            writer.write(shard);
            assertThat(Rows.of(store, "SELECT expert, \"rank\" FROM activations"))
                    .containsExactly("1023|1");
        }
    }

    @Test
    void givesBackAnswersAndTokens() throws Exception {
        RandomRun shards = RandomRun.of("r", SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(3))) {
            Shard shard = shards.shard(writer, 0, 0, 3);
            writer.write(shard);
            List<String> answers = shard.answers().stream()
                    .map(answer -> "1|%d|0|C|%s|%s|7| C|7"
                            .formatted(
                                    answer.questionId(),
                                    answer.isCorrect(),
                                    Arrays.toString(answer.logProbabilities())))
                    .toList();
            assertThat(Rows.of(store, "FROM answers")).containsExactlyElementsOf(answers);
            assertThat(Rows.of(store, "FROM tokens WHERE question_id = 2"))
                    .containsExactly(
                            "1|2|0|0|prompt|false|null|1000|ü日0|null",
                            "1|2|0|1|prompt|false|null|1001|ü日1|null",
                            "1|2|0|2|prompt|false|null|1002|ü日2|null",
                            "1|2|0|3|prompt|false|null|1003|ü日3|null",
                            "1|2|0|4|prompt|false|null|1004|ü日4|null",
                            "1|2|0|5|prompt|false|null|1005|ü日5|null",
                            "1|2|0|6|prompt|true|null|1006|ü日6|null");
            assertThat(Rows.of(store, "SELECT * EXCLUDE (committed_at, seconds) FROM run_shards"))
                    .containsExactly("1|0|3|21|63|[1, 2, 3]");
        }
    }

    @Test
    void givesBackWholeGatesAndNorms() throws Exception {
        Recording recording = new Recording(Scope.PROMPT, Probabilities.ALL, true);
        RandomRun shards = new RandomRun(description("r", 2, 200, 3, recording), 9_000, SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(2))) {
            Shard shard = shards.shard(writer, 0, 0, 2);
            writer.write(shard);
            assertThat(Rows.of(store, "SELECT layer, question_id, \"position\", norms FROM expert_norms"))
                    .isEqualTo(rows(shard.norms(), value -> (float) value));
            assertThat(Rows.of(store, "SELECT layer, question_id, \"position\", gates FROM gates"))
                    .isEqualTo(rows(shard.gates(), value -> Math.round(value * 4_194_304)));
            assertThat(Rows.of(store, "SELECT max(abs(list_sum(probabilities) - 1)) < 1e-4 FROM router_probabilities"))
                    .containsExactly("true");
        }
    }

    @Test
    void givesBackLookaheads() throws Exception {
        Recording recording = new Recording(Scope.PROMPT, Probabilities.NONE, false, List.of(1, 2));
        // More experts than there are columns of ranks, and more tokens than rows of a batch.
        RandomRun shards = new RandomRun(description("r", 4, 40, 12, recording), 3_000, SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(2))) {
            Shard shard = shards.shard(writer, 0, 0, 2);
            writer.write(shard);
            for (RoutingColumns layer : shard.routing()) {
                for (int distance = 1; distance <= 2; distance++) {
                    short[] chosen = layer.lookahead().get(distance - 1);
                    List<String> stored = Rows.of(
                            store,
                            "SELECT lookahead_%d FROM token_routing WHERE layer = %d ORDER BY question_id, \"position\""
                                    .formatted(distance, layer.layer()));
                    assertThat(stored)
                            .as("layer %d, %d before", layer.layer(), distance)
                            .isEqualTo(IntStream.range(0, layer.rows())
                                    .mapToObj(row -> chosen.length == 0
                                            ? "null"
                                            : Arrays.toString(Arrays.copyOfRange(
                                                    chosen, row * layer.topK(), (row + 1) * layer.topK())))
                                    .toList());
                }
            }
            assertThat(Rows.of(store, "SELECT lookahead FROM runs")).containsExactly("[1, 2]");
        }
    }

    @Test
    void keepsGatesOfTheLastTokensOnly() throws Exception {
        Recording recording = new Recording(Scope.PROMPT, Probabilities.LAST_PROMPT, false);
        RandomRun shards = new RandomRun(description("r", 2, 8, 2, recording), 5, SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(2))) {
            writer.write(shards.shard(writer, 0, 0, 2));
            assertThat(Rows.of(store, "SELECT question_id, layer, \"position\" FROM router_probabilities ORDER BY ALL"))
                    .containsExactly("1|0|4", "1|1|4", "2|0|4", "2|1|4");
        }
    }

    private static List<String> rows(List<TokenValues> layers, DoubleFunction<Object> stored) {
        List<String> rows = new ArrayList<>();
        for (TokenValues columns : layers) {
            for (int row = 0; row < columns.rows(); row++) {
                int from = row * columns.width();
                List<Object> values = IntStream.range(from, from + columns.width())
                        .mapToObj(i -> stored.apply(columns.values()[i]))
                        .toList();
                rows.add("%d|%d|%d|%s"
                        .formatted(columns.layer(), columns.questionIds()[row], columns.positions()[row], values));
            }
        }
        return rows;
    }

    @Test
    void ordersRowsByLayerQuestionAndPositionHoweverTheyCome() throws Exception {
        RandomRun shards = RandomRun.of("r", SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(6))) {
            Shard late = shards.shard(writer, 0, 3, 6);
            Shard early = shards.shard(writer, 0, 0, 3);
            List<RoutingColumns> routing = new ArrayList<>(late.routing());
            routing.addAll(early.routing());
            List<AnswerRow> answers = new ArrayList<>(late.answers());
            answers.addAll(early.answers());
            List<TokenColumns> tokens =
                    List.of(late.tokens().get(0), early.tokens().get(0));
            writer.write(new Shard(0, routing, tokens, answers));
            for (String table : List.of(
                    "decisions ORDER BY layer, question_id, position",
                    "tokens ORDER BY question_id, position",
                    "answers ORDER BY question_id",
                    "usage ORDER BY layer, question_id, is_last_prompt DESC, expert")) {
                String ordered = "SELECT rowid FROM " + table;
                assertThat(Rows.of(store, ordered))
                        .as(table)
                        .isEqualTo(Rows.of(store, "SELECT rowid FROM (%s) ORDER BY rowid".formatted(ordered)))
                        .isNotEmpty();
            }
        }
    }

    @Test
    void joinsTheChunksOfAPrompt() throws Exception {
        RandomRun shards = new RandomRun(description("r", 1, 8, 2, Scope.PROMPT), 4, SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(1))) {
            Shard shard = shards.shard(writer, 0, 0, 1);
            RoutingColumns whole = shard.routing().get(0);
            writer.write(new Shard(0, List.of(rows(whole, 3, 4), rows(whole, 0, 3)), shard.tokens(), shard.answers()));
            assertThat(Rows.of(store, "SELECT position, entropy FROM token_routing ORDER BY position"))
                    .containsExactlyElementsOf(IntStream.range(0, 4)
                            .mapToObj(position -> position + "|" + stored(whole.entropy()[position], 1024))
                            .toList());
            assertThat(Rows.of(store, """
                            WITH facts AS (
                                SELECT run_id, question_id, layer, expert, phase, is_last_prompt, count(*) AS n,
                                    sum(weight::DOUBLE) AS weight_sum
                                FROM activations GROUP BY ALL
                            )
                            FROM question_usage EXCEPT FROM facts""")).isEmpty();
        }
    }

    @Test
    void finishesAsCompleteOnlyWithEveryAnswer() throws Exception {
        RandomRun shards = RandomRun.of("r", SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(3))) {
            writer.write(shards.shard(writer, 0, 0, 2));
            assertThatThrownBy(() -> writer.finish(RunStatus.COMPLETE))
                    .hasMessage("Run 1 has 2 of 3 questions answered");
            assertThatThrownBy(() -> writer.finish(RunStatus.RUNNING)).isInstanceOf(IllegalArgumentException.class);
            assertThat(Rows.of(store, "SELECT status, finished_at FROM runs")).containsExactly("running|null");
            writer.write(shards.shard(writer, 1, 2, 3));
            writer.finish(RunStatus.COMPLETE);
            assertThat(Rows.of(store, "SELECT status, finished_at >= started_at FROM runs"))
                    .containsExactly("complete|true");
        }
    }

    @Test
    void leavesAnUnfinishedRunRunning() throws Exception {
        RandomRun shards = RandomRun.of("r", SEED);
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(shards.description(), questions(3))) {
            writer.write(shards.shard(writer, 0, 0, 2));
        }
        try (Store store = Store.open(file)) {
            assertThat(Rows.of(store, "SELECT status FROM runs")).containsExactly("running");
            assertThat(Rows.count(store, "SELECT count(*) FROM answers")).isEqualTo(2);
        }
    }

    private void assertGivesBack(RandomRun shards) throws Exception {
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(12))) {
            Shard shard = shards.shard(writer, 0, 0, 12);
            writer.write(shard);
            List<String> decisions = new ArrayList<>();
            List<String> activations = new ArrayList<>();
            for (RoutingColumns columns : shard.routing()) {
                for (int row = 0; row < columns.rows(); row++) {
                    decisions.add(decision(columns, row));
                    for (int rank = 1; rank <= columns.topK(); rank++) {
                        activations.add(activation(columns, row, rank));
                    }
                }
            }
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT * EXCLUDE (top_k_entropy) FROM token_routing ORDER BY layer, question_id, position"))
                    .isEqualTo(decisions);
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT max(len(weights)), bool_and(top_k_entropy BETWEEN 0 AND ln(len(weights)) + 1e-6) FROM token_routing"))
                    .containsExactly(shards.description().topK() + "|true");
            assertThat(Rows.of(store, "FROM activations ORDER BY layer, question_id, position, \"rank\""))
                    .isEqualTo(activations);
        }
    }

    private static String decision(RoutingColumns columns, int row) {
        int from = row * columns.topK();
        int to = from + columns.topK();
        float[] weights = new float[columns.topK()];
        double sum = 0;
        float exactSum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = stored(columns.weights()[from + i], 65_536);
            sum += weights[i];
            exactSum += columns.weights()[from + i];
        }
        return "%s|%s|%s|null|null|null|%s|%s|%s"
                .formatted(
                        key(columns, row),
                        Arrays.toString(Arrays.copyOfRange(columns.experts(), from, to)),
                        Arrays.toString(weights),
                        stored(columns.entropy()[row], 1024),
                        (float) (sum + stored(columns.mass()[row] - exactSum, 1024)),
                        stored(columns.margin()[row], 1_048_576));
    }

    private static String activation(RoutingColumns columns, int row, int rank) {
        int i = row * columns.topK() + rank - 1;
        return "%s|%d|%d|%s"
                .formatted(key(columns, row), rank, columns.experts()[i], stored(columns.weights()[i], 65_536));
    }

    /** A value as the file keeps it, rounded to a whole number of small units. */
    private static float stored(float value, int unitsPerOne) {
        return (float) (Math.signum(value) * Math.floor(Math.abs((double) value * unitsPerOne) + 0.5) / unitsPerOne);
    }

    private static String key(RoutingColumns columns, int row) {
        return "1|%d|%d|%d|prompt|%s"
                .formatted(columns.questionIds()[row], columns.positions()[row], columns.layer(), columns.last()[row]);
    }

    /** The rows of one block of columns from {@code from} to {@code to}, exclusive. */
    private static RoutingColumns rows(RoutingColumns columns, int from, int to) {
        int topK = columns.topK();
        return new RoutingColumns(
                columns.layer(),
                topK,
                Arrays.copyOfRange(columns.questionIds(), from, to),
                Arrays.copyOfRange(columns.positions(), from, to),
                Arrays.copyOfRange(columns.last(), from, to),
                Arrays.copyOfRange(columns.experts(), from * topK, to * topK),
                Arrays.copyOfRange(columns.weights(), from * topK, to * topK),
                Arrays.copyOfRange(columns.entropy(), from, to),
                Arrays.copyOfRange(columns.topKEntropy(), from, to),
                Arrays.copyOfRange(columns.mass(), from, to),
                Arrays.copyOfRange(columns.margin(), from, to));
    }

    private Store create() {
        return Store.create(directory.resolve("a.duckdb"));
    }
}
