package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.gatehouse.testing.store.RoutingFile;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The analyses over routing of which the answer is known, in 100 of the 200 runs of planted.data.sql; in all
 * of them with {@code -Dgatehouse.test.seeds=200}. The mean of an analysis over the
 * runs lies within some standard errors of the answer, and 95% intervals contain it in about as many runs.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestKnownAnswers {
    private static final int RUNS = Integer.getInteger("gatehouse.test.seeds", 100);
    /** One of a thousand correct means lies further off, and the runs are always the same. */
    private static final double STANDARD_ERRORS = 3.3;
    /** Intervals over 20 questions or batches are somewhat too narrow, as the analyses say. */
    private static final double LEAST_COVERAGE = 0.88;

    private static final double MOST_COVERAGE = 0.99;

    private final Map<String, List<List<Map<String, Object>>>> answers = new HashMap<>();
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws SQLException, IOException {
        file = RoutingFile.empty();
        file.execute(RoutingFile.resource("/sql/planted.data.sql"));
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws SQLException {
        engine.close();
        file.close();
    }

    /**
     * Two of eight experts: a token has an expert with probability 1/4, four tokens have it with 1 - (3/4)^4, and none of 20
     * last tokens has it with (3/4)^20.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            working_set          | distinct_experts | scope = 'prompt' AND tokens_from = 'batch' AND tokens = 4  | 5.46875
            working_set          | distinct_experts | scope = 'prompt' AND tokens_from = 'window' AND tokens = 4 | 5.46875
            expert_reuse         | reuse            | scope = 'prompt' AND lag = 1                                | 0.25
            expert_reuse         | reuse            | scope = 'prompt' AND lag = 4                                | 0.25
            reuse_distance       | within           | scope = 'prompt' AND distance = 4                           | 0.68359375
            calibration_coverage | below            | scope = 'last_prompt' AND minimum = 1                       | 0.02536970
            reliability          | spearman         | scope = 'prompt' AND statistic = 'load'                     | 0
            expert_accuracy      | difference       | scope = 'last_prompt' AND expert = 3                        | 0
            """)
    void viewsAreUnbiased(String view, String column, String where, double answer) {
        assertMean(
                numbers("SELECT %s FROM %s WHERE run_id <= %d AND layer = 0 AND %s"
                        .formatted(column, view, RUNS, where)),
                answer);
    }

    /**
     * In layer 0, a set of two experts has a quarter of the uses of unseen questions, previous and most used experts predict
     * as many, and a cache of two slots finds two of the token before, which the first token does not have. In layer 1 expert
     * 0 has the share (5/8 + 1/4) / 2 of the tokens and half of that of the uses. With four of eight experts resident, one of
     * two first experts is; of the second experts, each is exchanged for a resident one unless it is one, at the cost of .2 -
     * 349525 / 2^22.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hot_set(%d, 'prompt', 2, 4)                        | layer 0                                  | held_out        | 0.25
            hot_set(%d, 'prompt', 1, 4)                        | layer 1                                  | held_out        | 0.21875
            placement(%d, 'prompt', 4, 8, 1)                   | layer 0                                  | gain            | 0
            predictability(%d, 'prompt')                       | layer 0 predictor previous predicted 2   | recall          | 0.25
            predictability(%d, 'prompt')                       | layer 0 predictor hot predicted 2        | recall          | 0.25
            expert_cache(%d, 'prompt', 'layer', 'lru', 1)      | layer 0 slots 2                          | hit_rate        | 0.24895833
            serve_plan(%d, 'prompt', 'layer', 'lru', 1000, 100, 1) | slots 4                              | stall_ms        | 2924.479167
            cache_route(%d, 'prompt', 4, 1, 8)                 | layer 0                                  | hit_rate        | 0.5
            cache_route(%d, 'prompt', 4, 1, 8)                 | layer 0                                  | routed_hit_rate | 0.75
            cache_route(%d, 'prompt', 4, 1, 8)                 | layer 0                                  | exchanged       | 0.5
            cache_route(%d, 'prompt', 4, 1, 8)                 | layer 0                                  | mass_lost       | 0.05833328
            contrast(%d, 'prompt', 's', 'prompt', 't')         | layer 0 expert 0                         | difference      | 0
            contrast(%d, 'prompt', 's', 'prompt', 't')         | layer 1 expert 0                         | difference      | 0.375
            contrast(%d, 'prompt', 'right', 'prompt', 'wrong') | layer 0 expert 5                         | difference      | 0
            token_mismatch(%d, 1000 + %d)                      | phase prompt                             | share           | 0.19
            token_mismatch(%d, 1000 + %d)                      | phase prompt                             | decision_share  | 0.1
            """)
    void tableFunctionsAreUnbiased(String call, String row, String column, double answer) {
        assertMean(ofEachRun(call, run -> number(one(run, row), column)), answer);
    }

    /** The decisions of a layer that differ, over all margins, and what their independence says of tokens. */
    @Test
    void plantedMismatchesAreFound() {
        assertMean(
                ofEachRun(
                        "token_mismatch(%d, 1000 + %d)",
                        run -> number(one(run, ""), "share") - number(one(run, ""), "expected_share")),
                0);
        assertMean(ofEachRun("routing_mismatch(%d, 1000 + %d)", run -> sum(run, "set_differs") / sum(run, "n")), 0.1);
    }

    /**
     * What is learned of the layer before is of no use where the layers are independent: expert 0, which is used most, is
     * predicted by both, beside another one.
     */
    @Test
    void independentLayersPredictNothing() {
        assertMean(
                ofEachRun(
                        "predictability(%d, 'prompt')",
                        run -> number(one(run, "layer 1 predictor coupled_1 predicted 2"), "recall")
                                - number(one(run, "layer 1 predictor hot predicted 2"), "recall")),
                0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            placement(%d, 'prompt', 4, 8, 1)                   | layer 0          | 0
            contrast(%d, 'prompt', 's', 'prompt', 't')         | layer 0 expert 0 | 0
            contrast(%d, 'prompt', 's', 'prompt', 't')         | layer 1 expert 0 | 0.375
            contrast(%d, 'prompt', 'right', 'prompt', 'wrong') | layer 0 expert 5 | 0
            """)
    void intervalsContainTheAnswer(String call, String row, double answer) {
        double[] contained = ofEachRun(call, run -> {
            Map<String, Object> interval = one(run, row);
            return number(interval, "low") <= answer && answer <= number(interval, "high") ? 1 : 0;
        });
        assertThat(Arrays.stream(contained).average().orElseThrow()).isBetween(LEAST_COVERAGE, MOST_COVERAGE);
    }

    /** Answers are drawn at random, so that no expert makes a difference among the questions of a subject. */
    @Test
    void intervalsWithinSubjectsContainTheAnswer() {
        double[] contained = numbers("""
                SELECT CASE WHEN stratified_low <= 0 AND 0 <= stratified_high THEN 1 ELSE 0 END
                FROM expert_accuracy
                WHERE run_id <= 200 AND layer = 0 AND scope = 'last_prompt' AND expert = 3 AND stratified_lift IS NOT NULL
                """);
        assertThat(contained).hasSizeGreaterThan(150);
        assertThat(Arrays.stream(contained).average().orElseThrow()).isBetween(LEAST_COVERAGE, MOST_COVERAGE);
    }

    /** The specialist has the largest contrast of its layer in nearly all runs, and none in the other layer. */
    @Test
    void thePlantedSpecialistIsFound() {
        String call = "contrast(%d, 'prompt', 's', 'prompt', 't')";
        assertThat(Arrays.stream(ofEachRun(call, run -> clearest(run, 1))).filter(expert -> expert == 0))
                .hasSizeGreaterThan(RUNS * 96 / 100);
        assertThat(Arrays.stream(ofEachRun(call, run -> clearest(run, 0))).filter(expert -> expert == 0))
                .hasSizeBetween(RUNS * 3 / 100, RUNS * 23 / 100);
    }

    private static double clearest(List<Map<String, Object>> run, int layer) {
        return run.stream()
                .filter(row -> number(row, "layer") == layer)
                .max(Comparator.comparingDouble(row -> Math.abs(number(row, "z"))))
                .map(row -> number(row, "expert"))
                .orElseThrow();
    }

    /** A figure of each run. */
    private double[] ofEachRun(String call, ToDoubleFunction<List<Map<String, Object>>> figure) {
        return answers.computeIfAbsent(call, this::ask).stream()
                .mapToDouble(figure)
                .toArray();
    }

    /** The rows of each run; planning as many statements takes seconds, so they are kept. */
    private List<List<Map<String, Object>>> ask(String call) {
        return IntStream.rangeClosed(1, RUNS)
                .mapToObj(run -> {
                    List<String> names = new ArrayList<>();
                    Rows answer = Rows.of(engine, "SELECT * FROM " + call.replace("%d", String.valueOf(run)), names);
                    return answer.rows().stream().map(row -> named(names, row)).toList();
                })
                .toList();
    }

    private static Map<String, Object> named(List<String> columns, List<@Nullable Object> row) {
        Map<String, Object> named = new HashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            Object value = row.get(i);
            if (value != null) {
                named.put(columns.get(i), value);
            }
        }
        return named;
    }

    /** The only row with these values, such as {@code layer 0 expert 5}. */
    private static Map<String, Object> one(List<Map<String, Object>> rows, String values) {
        List<String> words = Splitter.on(' ').omitEmptyStrings().splitToList(values);
        List<Map<String, Object>> found = rows.stream()
                .filter(row -> IntStream.range(0, words.size() / 2)
                        .allMatch(i -> String.valueOf(row.get(words.get(2 * i))).equals(words.get(2 * i + 1))))
                .toList();
        assertThat(found).as(values).hasSize(1);
        return found.get(0);
    }

    private static double number(Map<String, Object> row, String column) {
        return ((Number) requireNonNull(row.get(column), column)).doubleValue();
    }

    private static double sum(List<Map<String, Object>> rows, String column) {
        return rows.stream().mapToDouble(row -> number(row, column)).sum();
    }

    private double[] numbers(String sql) {
        List<List<@Nullable Object>> rows = Rows.of(engine, sql).rows();
        return rows.stream()
                .mapToDouble(row -> row.get(0) instanceof Number number ? number.doubleValue() : Double.NaN)
                .toArray();
    }

    private static void assertMean(double[] values, double answer) {
        assertThat(values).hasSize(RUNS);
        assertThat(Arrays.stream(values).distinct().count()).as("runs differ").isGreaterThan(1);
        SampleMean.assertIs(answer, values, STANDARD_ERRORS);
    }
}
