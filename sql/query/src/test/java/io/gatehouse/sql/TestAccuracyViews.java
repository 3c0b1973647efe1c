package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.distribution.discrete.HypergeometricDistribution;
import org.hipparchus.stat.inference.ChiSquareTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the views say about experts and correct answers, by hand and against Hipparchus. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestAccuracyViews {
    private RoutingFile filled;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        filled = RoutingFile.filled();
        engine = new QueryEngine(filled::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        filled.close();
    }

    /**
     * Two subjects of four questions; easy has 4 right, hard has 1. Expert 0 answers 3 easy and 1 hard question, expert 1
     * the others: 1 easy and 3 hard.
     */
    private static RoutingFile easyAndHard() throws Exception {
        HandMadeRouting routing = new HandMadeRouting().run(1, "r", 1, 3, 1, "last_prompt");
        for (int question = 1; question <= 4; question++) {
            routing.question(1, question, "easy", true, question <= 3 ? "0:.5" : "1:.25");
        }
        return routing.question(1, 5, "hard", true, "0:.25")
                .question(1, 6, "hard", false, "1:.25")
                .question(1, 7, "hard", false, "1:.5")
                .question(1, 8, "hard", false, "1:.5")
                .file();
    }

    /**
     * Expert 0: 4 of 4 right, the rest 1 of 4. Within hard its one question is right and the other three are not: a
     * difference of 1; within easy all are right: 0. Both weigh 3 * 1 / 4.
     */
    @Test
    @ByHand("expert_accuracy")
    void subjectsExplainHalfOfTheDifference() throws Exception {
        try (RoutingFile file = easyAndHard();
                QueryEngine hand = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(hand, """
                    SELECT expert, n, correct, rest_n, accuracy, rest_accuracy, lift, stratified_lift, stratified_z
                    FROM expert_accuracy ORDER BY expert
                    """);
            assertThat(rows.get(0)).startsWith(0, 4L, 4L, 4L, 1.0, 0.25, 1.0 - 5.0 / 8, 0.5);
            // hard alone has a spread: one right of four, one through the expert: 1 - 1/4 over sqrt(1 * 3 * 1 * 3 / (16
            // * 3))
            assertThat((Double) rows.get(0).get(8)).isEqualTo(0.75 / Math.sqrt(9.0 / 48), within(1e-12));
            assertThat(rows.get(1)).startsWith(1, 4L, 1L, 4L, 0.25, 1.0);
            assertThat((Double) rows.get(1).get(7)).isEqualTo(-0.5, within(1e-12));
            assertThat(rows.get(2).subList(4, 9)).containsExactly(null, 5.0 / 8, null, null, null);

            // Newcombe's interval of 4/4 against 1/4, by statsmodels 0.15's
            // confint_proportions_2indep(method="newcomb").
            List<List<@Nullable Object>> differences = rows(hand, """
                    SELECT expert, difference, difference_low, difference_high, stratified_n
                    FROM expert_accuracy ORDER BY expert
                    """);
            assertThat(differences.get(0)).startsWith(0, 0.75).endsWith(8L);
            assertThat((Double) differences.get(0).get(2)).isEqualTo(0.08523253292604327, within(1e-9));
            assertThat((Double) differences.get(0).get(3)).isEqualTo(0.9544127391902995, within(1e-9));
            assertThat((Double) differences.get(1).get(2)).isEqualTo(-0.9544127391902995, within(1e-9));
            assertThat(differences.get(2)).containsExactly(2, null, null, null, 0L);
        }
    }

    /** 4 of 4 easy and 1 of 4 hard questions are right; of a third subject none is answered. */
    @Test
    @ByHand({"run_accuracy", "subject_accuracy"})
    void answersAreCountedBySubjectAndRun() throws Exception {
        try (RoutingFile file = easyAndHard()) {
            file.execute("INSERT INTO questions VALUES (9, 'quiz', 'unasked', 1, 'q', ['a', 'b'], 'A');");
            try (QueryEngine hand = new QueryEngine(file::reader)) {
                List<List<@Nullable Object>> rows = rows(hand, """
                        SELECT subject, n, correct, accuracy, wilson_high, wilson_low, prompt_tokens
                        FROM subject_accuracy ORDER BY subject
                        """);
                assertThat(rows).hasSize(3);
                assertThat(rows.get(0)).startsWith("easy", 4L, 4L, 1.0, 1.0);
                // p = 1: 1 / (1 + z^2 / n).
                assertThat((Double) rows.get(0).get(5)).isEqualTo(1 / (1 + 3.841458820694124 / 4), within(1e-12));
                assertThat(rows.get(1)).startsWith("hard", 4L, 1L, 0.25).endsWith(4L);
                assertThat(rows.get(2)).containsExactly("unasked", 0L, 0L, null, null, null, 0L);
                assertThat(rows(hand, "SELECT subjects, n, correct, accuracy, prompt_tokens FROM run_accuracy"))
                        .containsExactly(List.of(2L, 8L, 5L, 0.625, 8L));
            }
        }
    }

    @Test
    @ByHand("question_answers")
    void questionsStandBesideTheirAnswers() throws Exception {
        try (RoutingFile file = easyAndHard();
                QueryEngine hand = new QueryEngine(file::reader)) {
            assertThat(rows(hand, """
                            SELECT question_id, sample, subject, ordinal, n, question, answer, predicted, correct,
                                log_probability, top_token, prompt_tokens
                            FROM question_answers WHERE question_id IN (1, 6) ORDER BY question_id
                            """))
                    .containsExactly(
                            List.of(1, 0, "easy", 1, 2L, "q", "A", "A", true, -1f, "A", 1),
                            List.of(6, 0, "hard", 6, 2L, "q", "A", "B", false, -1f, "A", 1));
        }
    }

    /** -0.25 - -1; the same twice; one choice only; none known. */
    @Test
    @ByHand("question_answers")
    void theMarginIsThatOfTheTwoMostProbableChoices() throws Exception {
        HandMadeRouting routing = new HandMadeRouting().run(1, "r", 1, 3, 1, "last_prompt");
        for (int question = 1; question <= 4; question++) {
            routing.question(1, question, "s", true, "0:.5");
        }
        try (RoutingFile file = routing.and(
                                "UPDATE answers SET log_probabilities = [-2.5, -0.25, -3, -1] WHERE question_id = 1;")
                        .and("UPDATE answers SET log_probabilities = [-3, -0.5, -0.5] WHERE question_id = 2;")
                        .and("UPDATE answers SET log_probabilities = [-1] WHERE question_id = 3;")
                        .and("UPDATE answers SET log_probabilities = NULL WHERE question_id = 4;")
                        .file();
                QueryEngine hand = new QueryEngine(file::reader)) {
            assertThat(rows(hand, "SELECT log_probability_margin FROM question_answers ORDER BY question_id"))
                    .containsExactly(
                            List.of(0.75f),
                            List.of(0f),
                            Collections.singletonList(null),
                            Collections.singletonList(null));
        }
    }

    @Test
    @ByHand({"expert_accuracy", "expert_subject_accuracy"})
    void weightsAreThoseOfTheGate() throws Exception {
        try (RoutingFile file = easyAndHard();
                QueryEngine hand = new QueryEngine(file::reader)) {
            // Expert 1: .25 of .25 + .25 + .5 + .5
            assertThat(rows(hand, "SELECT weighted_accuracy FROM expert_accuracy WHERE expert < 2 ORDER BY expert"))
                    .containsExactly(List.of(1.0), List.of(0.25 / 1.5));
            assertThat(rows(hand, """
                            SELECT expert, subject, n, correct, accuracy, weight_sum, correct_weight_sum
                            FROM expert_subject_accuracy ORDER BY expert, subject
                            """))
                    .containsExactly(
                            List.of(0, "easy", 3L, 3L, 1.0, 1.5, 1.5),
                            List.of(0, "hard", 1L, 1L, 1.0, 0.25, 0.25),
                            List.of(1, "easy", 1L, 1L, 1.0, 0.25, 0.25),
                            List.of(1, "hard", 3L, 0L, 0.0, 1.25, 0.0));
        }
    }

    /** The square of a pooled z is the chi-square of the two by two table. */
    @Test
    void pValuesAreThoseOfTheTwoByTwoTable() {
        List<List<@Nullable Object>> rows = rows(engine, """
                SELECT n, correct, rest_n, rest_n * rest_accuracy, z, p_value FROM expert_accuracy
                WHERE p_value IS NOT NULL
                """);
        assertThat(rows).hasSizeGreaterThan(40);
        for (List<@Nullable Object> row : rows) {
            long n = (long) row.get(0);
            long correct = (long) row.get(1);
            long rest = (long) row.get(2);
            long restCorrect = Math.round((double) row.get(3));
            long[][] table = {{correct, n - correct}, {restCorrect, rest - restCorrect}};
            double z = (double) row.get(4);
            assertThat(z * z).isEqualTo(new ChiSquareTest().chiSquare(table), within(1e-9));
            assertThat((double) row.get(5)).isEqualTo(new ChiSquareTest().chiSquareTest(table), within(1e-9));
        }
    }

    /** q of a p is the least of m p' / rank(p') over all p' that are not smaller. */
    @Test
    void qValuesAreBenjaminiAndHochbergs() {
        for (String family : List.of("run_id = 1 AND scope = 'prompt'", "run_id = 2 AND scope = 'last_prompt'")) {
            List<List<@Nullable Object>> rows =
                    rows(engine, "SELECT p_value, q_value FROM expert_accuracy WHERE %s".formatted(family));
            List<Double> p = new ArrayList<>(rows.stream()
                    .filter(row -> row.get(0) != null)
                    .map(row -> (Double) row.get(0))
                    .toList());
            p.sort(Comparator.naturalOrder());
            assertThat(p).hasSizeGreaterThan(8);
            for (List<@Nullable Object> row : rows) {
                if (row.get(0) == null) {
                    assertThat(row.get(1)).isNull();
                } else {
                    double own = (double) row.get(0);
                    double expected = IntStream.range(0, p.size())
                            .filter(i -> p.get(i) >= own)
                            .mapToDouble(i -> p.get(i) * p.size() / (i + 1))
                            .min()
                            .orElseThrow();
                    assertThat((double) row.get(1)).isEqualTo(Math.min(1, expected), within(1e-12));
                }
            }
        }
    }

    /** Within each subject the number of correct answers through an expert is hypergeometric if the expert has no effect. */
    @Test
    void stratifiedFiguresAreMantelAndHaenszels() {
        List<List<@Nullable Object>> experts = rows(engine, """
                SELECT layer, expert, stratified_z FROM expert_accuracy
                WHERE run_id = 1 AND scope = 'last_prompt' AND stratified_z IS NOT NULL
                """);
        assertThat(experts).hasSizeGreaterThan(8);
        for (List<@Nullable Object> expert : experts) {
            double excess = 0;
            double variance = 0;
            for (List<@Nullable Object> row : rows(engine, """
                    SELECT c.n, c.correct, s.n, s.correct
                    FROM expert_subject_accuracy AS c
                    JOIN (SELECT q.subject, count(*) AS n, count(*) FILTER (WHERE a.correct) AS correct
                        FROM answers AS a JOIN questions AS q ON q.question_id = a.question_id
                        WHERE a.run_id = 1 GROUP BY q.subject) AS s ON s.subject = c.subject
                    WHERE c.run_id = 1 AND c.scope = 'last_prompt' AND c.layer = %s AND c.expert = %s
                    """.formatted(expert.get(0), expert.get(1)))) {
                HypergeometricDistribution alike =
                        new HypergeometricDistribution(number(row, 2), number(row, 3), number(row, 0));
                excess += number(row, 1) - alike.getNumericalMean();
                variance += alike.getNumericalVariance();
            }
            assertThat((double) expert.get(2)).isEqualTo(excess / Math.sqrt(variance), within(1e-9));
        }
    }

    private static int number(List<@Nullable Object> row, int column) {
        return ((Number) row.get(column)).intValue();
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }
}
