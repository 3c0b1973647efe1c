package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The scope generated, on two runs made by hand: the tokens that run 1 generates after its prompts have the same routing as
 * the prompts of run 2. So what views say of run 1 at scope generated, they say of run 2 at scope prompt.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestGeneratedScope {
    private static final String[] FIRST = {
        "0:.5 1:.25 / 3:.5 2:.25", "2:.5 1:.25 / 0:.5 2:.125", "1:.5 3:.25 / 3:.25 1:.25"
    };
    private static final String[] SECOND = {"3:.5 1:.25 / 3:.5 0:.25", "2:.25 1:.25 / 0:.5 1:.125"};

    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = new HandMadeRouting()
                .run(1, "text", 2, 4, 2, "last_prompt")
                .question(1, 1, "s", true, "0:.5 3:.25 / 2:.5 1:.25")
                .generated(1, 1, 1, FIRST)
                .question(1, 2, "s", false, "0:.5 1:.25 / 3:.5 2:.25")
                .generated(1, 2, 1, SECOND)
                .and("UPDATE generations SET finish_reason = 'end_token' WHERE question_id = 2;")
                .run(2, "prompt", 2, 4, 2, "prompt")
                .question(2, 1, "s", true, FIRST)
                .question(2, 2, "s", false, SECOND)
                .file();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
    }

    /** Run 1 recorded the last token of each prompt. What its prompts used is not known, nor what they leave in a cache. */
    @Test
    void promptsOfWhichTheLastTokenIsKnownHaveNoRows() {
        for (String call : List.of(
                "expert_cache(1, 'prompt', 'layer', 'lru', 1)",
                "expert_cache_in_bytes(1, 1, 'model', 'lru')",
                "dropped_misses(1, 1, 1)",
                "hot_set(1, 'prompt', 2, 2)",
                "placement(1, 'prompt', 2, 4, 1)",
                "predictability(1, 'prompt')")) {
            assertThat(sorted("SELECT * FROM " + call)).as(call).isEmpty();
        }
        assertThatThrownBy(() -> sorted("SELECT * FROM expert_cache(2, 'prompt', 'layer', 'static', 1)"))
                .hasMessage("Run 1, on which the static set is chosen, recorded no tokens of the scope 'prompt'.");
    }

    @Test
    void generatedTokensAreCountedLikePromptTokens() {
        for (String view : List.of(
                "experts",
                "expert_accuracy",
                "expert_coactivation",
                "expert_reuse",
                "expert_subject_accuracy",
                "expert_transitions",
                "expert_utilisation",
                "gate_entropy",
                "layer_load",
                "pruning_criteria",
                "reuse_distance",
                "routing_margins",
                "standing_committee",
                "subject_specialisation",
                "unused_experts",
                "unused_rarefaction",
                "vocabulary_specialisation",
                "working_set")) {
            assertThat(figures(view, 1, "generated"))
                    .as(view)
                    .isEqualTo(figures(view, 2, "prompt"))
                    .isNotEmpty();
        }
        for (String call : List.of(
                "coactivation_of_subject(%d, '%s', 's')",
                "entropy_of_subject(%d, '%s', 's')",
                "experts_of_question(%d, '%s', 1)",
                "tokens_of_expert(%d, '%s', 0, 1, 1, 5)",
                "transitions_of_subject(%d, '%s', 's')")) {
            assertThat(sorted("SELECT * FROM " + call.formatted(1, "generated")))
                    .as(call)
                    .isEqualTo(sorted("SELECT * FROM " + call.formatted(2, "prompt")))
                    .isNotEmpty();
        }
    }

    /**
     * In layer 0 each token has one of its two experts in common with the generated token before it; in layer 1, too, but for
     * the last one of question 1, which has none. The first token of a text is not compared with its prompt.
     */
    @Test
    void generatedTokensAreComparedWithGeneratedOnes() {
        assertThat(Rows.of(engine, """
                SELECT layer, reuse, n
                FROM expert_reuse
                WHERE run_id = 1 AND scope = 'generated' AND lag = 1
                ORDER BY layer
                """).rows().toString()).isEqualTo("[[0, 0.5, 3], [1, 0.333333333333, 3]]");
    }

    /** Texts of 4 and 3 tokens, the second of which ends by itself; both take half a second. */
    @Test
    @ByHand("generation_lengths")
    void textsHaveLengthsAndReasonsToEnd() {
        assertThat(Rows.of(engine, "SELECT * FROM generation_lengths").rows().toString())
                .isEqualTo("[[1, generated, s, 2, 7, 3.5, 3, 4, 1, 0.5, 0.5]]");
    }

    @Test
    void textsCanBeJoinedWithTheirTokens() {
        assertThat(Rows.of(engine, """
                                SELECT g.question_id, g.tokens, g.finish_reason, count(*), sum(t.log_probability)
                                FROM generations AS g
                                JOIN tokens AS t ON t.run_id = g.run_id AND t.question_id = g.question_id
                                WHERE t.phase = 'generated' AND t.segment = 'answer'
                                GROUP BY g.question_id, g.tokens, g.finish_reason
                                ORDER BY g.question_id""").rows().toString())
                .isEqualTo("[[1, 4, length, 4, -1.0], [2, 3, end_token, 3, -0.75]]");
    }

    /** The rows of a view without run and scope. */
    private List<String> figures(String view, int run, String scope) {
        List<String> names = new ArrayList<>();
        Rows rows = Rows.of(
                engine, "SELECT * FROM %s WHERE run_id = %d AND scope = '%s'".formatted(view, run, scope), names);
        List<String> figures = new ArrayList<>();
        for (List<@Nullable Object> row : rows.rows()) {
            StringBuilder figure = new StringBuilder();
            for (int i = 0; i < names.size(); i++) {
                if (!names.get(i).equals("run_id") && !names.get(i).equals("scope")) {
                    figure.append(names.get(i)).append('=').append(row.get(i)).append(' ');
                }
            }
            figures.add(figure.toString());
        }
        figures.sort(Comparator.naturalOrder());
        return figures;
    }

    private List<String> sorted(String sql) {
        return Rows.of(engine, sql).rows().stream().map(List::toString).sorted().toList();
    }
}
