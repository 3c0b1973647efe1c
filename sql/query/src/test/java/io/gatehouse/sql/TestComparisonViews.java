package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.stat.inference.AlternativeHypothesis;
import org.hipparchus.stat.inference.BinomialTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The views that hold runs, questions or vocabulary against each other. */
final class TestComparisonViews {
    /**
     * Two tokens, two of four experts. First token: 0 1 against 1 2: one in common, at places 2 and 1. Second token: 2 3
     * against 2 3.
     */
    @Test
    @ByHand("run_difference")
    void runsAreComparedDecisionByDecision() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "a", 1, 4, 2, "prompt")
                        .run(2, "b", 1, 4, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25", "2:.5 3:.25")
                        .question(2, 1, "s", true, "1:.5 2:.25", "2:.5 3:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT scope, n, saturation, chance, top_1_agreement, jaccard, same_set, rank_biased_overlap
                    FROM run_difference WHERE run_id = 1 AND other_run_id = 2 ORDER BY scope
                    """);
            assertThat(rows.get(0)).startsWith("last_prompt", 1L, 1.0, 0.5, 1.0, 1.0, 1.0);
            assertThat(rows.get(1)).startsWith("prompt", 2L, 0.75, 0.5, 0.5, 0.666666666667, 0.5);
            // Depth 1: none; depth 2: one of two, discounted by 0.9; of 1 + 0.9.
            assertThat((double) rows.get(1).get(7)).isEqualTo((0.9 / 2 / 1.9 + 1) / 2, within(1e-11));
            assertThat((double) rows.get(0).get(7)).isEqualTo(1.0, within(1e-11));
        }
    }

    /** Texts that two runs generate have other tokens at the same positions. */
    @Test
    void generatedTokensAreNotComparedByTheirPositions() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "a", 1, 4, 2, "prompt")
                        .run(2, "b", 1, 4, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25")
                        .question(2, 1, "s", true, "0:.5 1:.25")
                        .generated(1, 1, 1, "0:.5 1:.25")
                        .generated(2, 1, 1, "2:.5 3:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, "SELECT DISTINCT scope FROM run_difference ORDER BY scope"))
                    .containsExactly(List.of("last_prompt"), List.of("prompt"));
        }
    }

    /** The same tokens, beside a question of another subject at which the runs have nothing in common. */
    @Test
    void runsAreComparedAtTheTokensOfASubject() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "a", 1, 4, 2, "prompt")
                        .run(2, "b", 1, 4, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25", "2:.5 3:.25")
                        .question(2, 1, "s", true, "1:.5 2:.25", "2:.5 3:.25")
                        .question(1, 2, "t", true, "0:.5 1:.25")
                        .question(2, 2, "t", true, "2:.5 3:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, "SELECT * FROM run_difference_of_subject(1, 2, 'prompt', 's')"))
                    .containsExactly(List.of(0, 2L, 0.75, 0.5, 0.666666666667, 0.5));
            assertThat(rows(engine, "SELECT * FROM run_difference_of_subject(1, 2, 'last_prompt', 's')"))
                    .containsExactly(List.of(0, 1L, 1.0, 0.5, 1.0, 1.0));
            assertThat(rows(engine, "SELECT * FROM run_difference_of_subject(1, 2, 'prompt', 't')"))
                    .containsExactly(List.of(0, 1L, 0.0, 0.5, 0.0, 0.0));
        }
    }

    @Test
    void runsOfOtherPromptsAreNotCompared() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "a", 1, 4, 2, "prompt")
                        .run(2, "b", 1, 4, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25", "2:.5 3:.25")
                        .question(2, 1, "s", true, "2:.5 3:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, "SELECT * FROM run_difference")).isEmpty();
        }
    }

    /** Of ten questions run 1 alone has 1 right and run 2 alone 5: 2 (1 + 6) / 2^6 = 0.21875. */
    @Test
    @ByHand("answer_difference")
    void mcNemarCountsTheQuestionsThatDiffer() throws Exception {
        HandMadeRouting routing =
                new HandMadeRouting().run(1, "a", 1, 2, 1, "last_prompt").run(2, "b", 1, 2, 1, "last_prompt");
        for (int question = 1; question <= 10; question++) {
            routing.question(1, question, "s", question <= 4, "0:.5");
            routing.question(2, question, "s", question >= 2 && question <= 9, "0:.5");
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT n, accuracy, other_accuracy, both_right, only_this, only_other, neither, same_answer, p_value
                    FROM answer_difference WHERE run_id = 1
                    """);
            assertThat(rows).hasSize(1);
            assertThat(rows.get(0)).startsWith(10L, 0.4, 0.8, 3L, 1L, 5L, 1L, 0.4);
            double exact = new BinomialTest().binomialTest(6, 1, 0.5, AlternativeHypothesis.TWO_SIDED);
            assertThat((double) rows.get(0).get(8))
                    .isEqualTo(0.21875, within(1e-11))
                    .isEqualTo(exact, within(1e-11));
        }
    }

    /** Of subject s run 1 alone has one right, run 2 alone one, and both three; of t run 2 alone has four. */
    @Test
    @ByHand("subject_answer_difference")
    void answersAreComparedBySubject() throws Exception {
        HandMadeRouting routing =
                new HandMadeRouting().run(1, "a", 1, 2, 1, "last_prompt").run(2, "b", 1, 2, 1, "last_prompt");
        for (int question = 1; question <= 10; question++) {
            String subject = question <= 5 ? "s" : "t";
            routing.question(1, question, subject, question <= 4, "0:.5");
            routing.question(2, question, subject, question >= 2 && question <= 9, "0:.5");
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT subject, n, accuracy, other_accuracy, difference, known, same_answers, both_right,
                                only_this, only_other, neither
                            FROM subject_answer_difference WHERE run_id = 1 ORDER BY subject
                            """))
                    .containsExactly(
                            List.of("s", 5L, 0.8, 0.8, 0.0, 5L, 3L, 3L, 1L, 1L, 0L),
                            List.of("t", 5L, 0.0, 0.8, -0.8, 5L, 1L, 0L, 0L, 4L, 1L));
        }
    }

    /** The example of Newcombe 1998, of 36 questions both right, 12 and 2 right in one run only. */
    @Test
    void aDifferenceOfASubjectHasThePublishedInterval() throws Exception {
        assertThat(differencesOf(36, 12, 2, 0))
                .containsExactly(List.of(1, 0.2, 0.0569, 0.3404), List.of(2, -0.2, -0.3404, -0.0569));
    }

    /** 20 both right, 16 both wrong: phi is (20 * 16 - 12 * 2 - 50 / 2) / sqrt(32 * 18 * 22 * 28) = 0.455. */
    @Test
    void answersThatGoTogetherNarrowTheInterval() throws Exception {
        assertThat(differencesOf(20, 12, 2, 16))
                .containsExactly(List.of(1, 0.2, 0.0562, 0.3292), List.of(2, -0.2, -0.3292, -0.0562));
    }

    /** The difference of each run from the other, of so many questions right in both, in the first, the second and none. */
    private static List<List<@Nullable Object>> differencesOf(int both, int first, int second, int none)
            throws Exception {
        HandMadeRouting routing =
                new HandMadeRouting().run(1, "a", 1, 2, 1, "last_prompt").run(2, "b", 1, 2, 1, "last_prompt");
        int either = both + first + second;
        for (int question = 1; question <= either + none; question++) {
            boolean secondOnly = question > both + first && question <= either;
            routing.question(1, question, "s", question <= both + first, "0:.5");
            routing.question(2, question, "s", question <= both || secondOnly, "0:.5");
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            return rows(engine, """
                    SELECT run_id, difference, round(low, 4), round(high, 4)
                    FROM subject_answer_difference ORDER BY run_id
                    """);
        }
    }

    /** Run 1 sends its token to 0 and 1, run 2 its two tokens to 0 and 2 and to 0 and 1; expert 3 fires in neither. */
    @Test
    @ByHand("utilisation_difference")
    void utilisationIsComparedExpertByExpert() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "a", 1, 4, 2, "prompt")
                        .run(2, "b", 1, 4, 2, "prompt")
                        .run(3, "of another shape", 1, 5, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25")
                        .question(2, 1, "s", true, "0:.5 2:.25", "0:.5 1:.25")
                        .question(3, 1, "s", true, "0:.5 1:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String figures = "SELECT expert, n, other_n, share, other_share, change FROM ";
            List<List<@Nullable Object>> prompt = List.of(
                    List.of(0, 1L, 2L, 1.0, 1.0, 1.0),
                    List.of(1, 1L, 2L, 1.0, 0.5, 2.0),
                    List.of(2, 1L, 2L, 0.0, 0.5, 0.0),
                    Arrays.asList(3, 1L, 2L, 0.0, 0.0, null));
            assertThat(rows(
                            engine,
                            figures + "utilisation_difference WHERE run_id = 1 AND scope = 'prompt' ORDER BY expert"))
                    .isEqualTo(prompt);
            assertThat(rows(engine, figures + "utilisation_difference_of_subject(1, 2, 'prompt', 's') ORDER BY expert"))
                    .isEqualTo(prompt);
            assertThat(rows(engine, "SELECT * FROM utilisation_difference_of_subject(1, 3, 'prompt', 's')"))
                    .isEmpty();
        }
    }

    /** Run 1 answers the questions 1 and 2, run 2 the questions 2 and 3: only question 2 is compared. */
    @Test
    void utilisationIsComparedAtCommonQuestions() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "a", 1, 4, 2, "prompt")
                        .run(2, "b", 1, 4, 2, "prompt")
                        .run(3, "of the last tokens", 1, 4, 2, "last_prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25")
                        .question(1, 2, "t", true, "0:.5 1:.25", "0:.5 2:.25")
                        .question(2, 2, "t", false, "0:.5 3:.25")
                        .question(2, 3, "s", true, "0:.5 1:.25", "0:.5 1:.25")
                        .question(3, 2, "t", true, "0:.5 1:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String figures = "SELECT expert, n, other_n, share, other_share, change FROM ";
            List<List<@Nullable Object>> common = List.of(
                    List.of(0, 2L, 1L, 1.0, 1.0, 1.0),
                    Arrays.asList(1, 2L, 1L, 0.5, 0.0, null),
                    Arrays.asList(2, 2L, 1L, 0.5, 0.0, null),
                    List.of(3, 2L, 1L, 0.0, 1.0, 0.0));
            assertThat(rows(engine, figures + "utilisation_difference_of_questions(1, 2, 'prompt') ORDER BY expert"))
                    .isEqualTo(common);
            assertThat(rows(engine, figures + "utilisation_difference_of_subject(1, 2, 'prompt', 't') ORDER BY expert"))
                    .isEqualTo(common);
            assertThat(rows(engine, "FROM utilisation_difference_of_subject(1, 2, 'prompt', 's')"))
                    .isEmpty();
            assertThat(rows(engine, "FROM utilisation_difference_of_questions(1, 3, 'prompt')"))
                    .isEmpty();
            assertThat(rows(
                            engine,
                            "SELECT n, other_n FROM utilisation_difference_of_questions(1, 3, 'last_prompt') LIMIT 1"))
                    .containsExactly(List.of(1L, 1L));
            assertThat(rows(engine, "SELECT question_id, correct, other_correct FROM changed_answers(1, 2)"))
                    .containsExactly(List.of(2, true, false));
        }
    }

    /** Five runs of three thousand questions, the one better than the other by little or by much. */
    @Test
    void mcNemarIsTheExactBinomialTest() throws Exception {
        HandMadeRouting routing = new HandMadeRouting();
        for (int run = 1; run <= 5; run++) {
            routing.run(run, "r" + run, 1, 2, 1, "last_prompt");
        }
        try (RoutingFile file = routing.and("""
                                INSERT INTO questions
                                SELECT i, 'quiz', 's', i, 'q', ['a', 'b'], 'A' FROM range(1, 3001) AS q(i);
                                INSERT INTO answers BY NAME
                                SELECT run AS run_id, i AS question_id, hash(i * 7 + run) % 1000 < 500 + run * run * 5 AS correct,
                                    1 AS prompt_tokens
                                FROM range(1, 6) AS r(run), range(1, 3001) AS q(i);
                                """).file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows =
                    rows(engine, "SELECT only_this, only_other, p_value FROM answer_difference");
            assertThat(rows).hasSize(20);
            for (List<@Nullable Object> row : rows) {
                int one = ((Long) row.get(0)).intValue();
                int other = ((Long) row.get(1)).intValue();
                double exact = new BinomialTest().binomialTest(one + other, one, 0.5, AlternativeHypothesis.TWO_SIDED);
                assertThat((double) row.get(2)).as("%d and %d", one, other).isCloseTo(exact, withinPercentage(1e-7));
            }
            assertThat(rows.stream().mapToDouble(row -> (double) row.get(2)))
                    .anyMatch(p -> p < 1e-4)
                    .anyMatch(p -> p > 0.05);
        }
    }

    /**
     * Run 2 masks expert 1, which run 1 uses in one of its two questions, and expert 3, which it never uses. It answers the
     * second otherwise, and gives the correct letter of the first half a nat less.
     */
    @Test
    @ByHand({"intervention_effect", "ablation", "masked_experts"})
    void effectsStandBesideWhatWasObserved() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "a", 1, 4, 1, "last_prompt")
                        .run(2, "b", 1, 4, 1, "last_prompt")
                        .question(1, 1, "s", true, "0:.5")
                        .question(1, 2, "s", true, "1:.25")
                        .question(2, 1, "s", true, "0:.5")
                        .question(2, 2, "s", false, "0:.5")
                        .and("UPDATE runs SET interventions = 'mask 0:1,0:3; top-k 1' WHERE run_id = 2;")
                        .and("UPDATE answers SET log_probabilities = [-1.5, -1] WHERE run_id = 2 AND question_id = 1;")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, "SELECT run_id, layer, expert, n FROM masked_experts ORDER BY expert"))
                    .containsExactly(List.of(2, 0, 1, 2L), List.of(2, 0, 3, 2L));
            assertThat(rows(engine, """
                            SELECT run_id, reference_run_id, masked_experts, n, effect, changed_answers,
                                log_probability_effect, p_value
                            FROM intervention_effect
                            """)).containsExactly(List.of(2, 1, 2L, 2L, -0.5, 1L, -0.25, 1.0));
            assertThat(rows(engine, """
                            SELECT expert, masked_experts, effect, activations, frequency, gate_mass FROM ablation
                            WHERE scope = 'last_prompt' ORDER BY expert
                            """))
                    .containsExactly(List.of(1, 2L, -0.5, 1L, 0.5, 0.125), List.of(3, 2L, -0.5, 0L, 0.0, 0.0));
        }
    }

    /** Token t0 goes to 0 and 1, and then to 0 and 2. */
    @Test
    @ByHand({"vocabulary_specialisation", "expert_reuse"})
    void tokensHaveExperts() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 4, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25", "3:.5 2:.25")
                        .question(1, 2, "s", true, "2:.5 0:.25", "3:.5 2:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT token, expert, n, activations, share, top_1_share FROM vocabulary_specialisation
                            WHERE scope = 'prompt' AND token = 't0' ORDER BY expert
                            """))
                    .containsExactly(
                            List.of("t0", 0, 2L, 2L, 1.0, 0.5),
                            List.of("t0", 1, 2L, 1L, 0.5, 0.0),
                            List.of("t0", 2, 2L, 1L, 0.5, 0.5));
            // 0 1 then 3 2: nothing stays; 2 0 then 3 2: one of two.
            assertThat(rows(engine, "SELECT lag, n, reuse, chance FROM expert_reuse WHERE scope = 'prompt'"))
                    .containsExactly(List.of(1, 2L, 0.25, 0.5));
        }
    }

    /** Embeddings (.5, .25, 0), (.5, 0, .25) and (0, .25, .5) at the last token; all gates are given too. */
    @Test
    @ByHand("question_similarity")
    void questionsAreAsAlikeAsTheirRouting() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 2, "last_prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25")
                        .question(1, 2, "s", true, "0:.5 2:.25")
                        .question(1, 3, "t", true, "2:.5 1:.25")
                        .and("INSERT INTO gates VALUES (1, 1, 0, 0, [2097152, 1048576, 1048576]),"
                                + " (1, 2, 0, 0, [2097152, 1048576, 1048576]);")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT basis, other_question_id, n, same_subject, similarity
                    FROM question_similarity WHERE question_id = 1 ORDER BY basis, other_question_id
                    """);
            assertThat(rows).hasSize(3);
            assertThat(rows.get(0)).startsWith("gate", 2, 1L, true);
            assertThat((double) rows.get(0).get(4)).isEqualTo(1.0, within(1e-11));
            assertThat(rows.get(1)).startsWith("top_k", 2, 1L, true);
            assertThat((double) rows.get(1).get(4)).isEqualTo(0.25 / 0.3125, within(1e-11));
            assertThat(rows.get(2)).startsWith("top_k", 3, 1L, false);
            assertThat((double) rows.get(2).get(4)).isEqualTo(0.0625 / 0.3125, within(1e-11));
            List<List<@Nullable Object>> nearest = rows(engine, """
                    SELECT place, question_id, subject, question, correct, same_subject, n, similarity
                    FROM nearest_questions(1, 1, 'top_k', 5) ORDER BY place
                    """);
            assertThat(nearest).hasSize(2);
            assertThat(nearest.get(0)).startsWith(1L, 2, "s", "q", true, true, 2L);
            assertThat(nearest.get(1)).startsWith(2L, 3, "t", "q", true, false, 2L);
            assertThat(nearest.get(1).get(7)).isEqualTo(rows.get(2).get(4));
            assertThat(rows(engine, "SELECT question_id FROM nearest_questions(1, 1, 'top_k', 1)"))
                    .containsExactly(List.of(2));
            assertThat(rows(engine, "SELECT question_id FROM nearest_questions(1, 1, 'gate', 5)"))
                    .containsExactly(List.of(2));
        }
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }
}
