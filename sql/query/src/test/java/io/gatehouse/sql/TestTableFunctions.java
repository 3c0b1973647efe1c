package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.client.Column;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.Accepted;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.testing.store.RoutingFile;
import io.gatehouse.type.SqlType.Scalar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A function in FROM is the query of its file with the arguments in the place of the parameters. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestTableFunctions {
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.comparable();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            SELECT * FROM never_activated(1, 'prompt') | SELECT layer, expert FROM experts WHERE run_id = 1 AND scope = 'prompt' AND activations = 0
            SELECT layer, count(*) FROM never_activated(2, 'last_prompt') GROUP BY layer | SELECT layer, unused FROM unused_experts WHERE run_id = 2 AND scope = 'last_prompt'
            SELECT expert FROM top_experts(1, 'prompt', 1) WHERE layer = 2 | SELECT arg_max(expert, activations * 100 - expert) FROM experts WHERE run_id = 1 AND scope = 'prompt' AND layer = 2
            SELECT layer, round(sum(share), 9) FROM top_experts(1, 'prompt', 8) GROUP BY layer | SELECT layer, 1e0 FROM experts WHERE run_id = 1 AND scope = 'prompt' GROUP BY layer
            SELECT * EXCLUDE (q_value, stratified_q_value) FROM tested_experts(1, 'prompt', 11) | SELECT layer, expert, n, accuracy, wilson_low, wilson_high, lift, p_value, stratified_lift, stratified_p_value FROM expert_accuracy WHERE run_id = 1 AND scope = 'prompt' AND n >= 11
            SELECT q_value, stratified_q_value FROM tested_experts(1, 'prompt', 0) | SELECT q_value, stratified_q_value FROM expert_accuracy WHERE run_id = 1 AND scope = 'prompt'
            SELECT expert, log_odds, z FROM experts_of_subject(1, 'prompt', 'Chemie', 8) WHERE layer = 1 | SELECT expert, log_odds, z FROM subject_specialisation WHERE run_id = 1 AND scope = 'prompt' AND subject = 'Chemie' AND layer = 1
            SELECT * FROM experts_of_question(1, 'last_prompt', 7) | SELECT layer, expert, count(*), avg(weight) FROM activations WHERE run_id = 1 AND question_id = 7 AND is_last_prompt GROUP BY ALL
            SELECT CAST(sum(activations) AS BIGINT) FROM experts_of_question(1, 'prompt', 7) | SELECT count(*) FROM activations WHERE run_id = 1 AND question_id = 7
            SELECT t.expert FROM TABLE(top_experts(1, 'prompt', 2)) AS t WHERE t.place = 2 | SELECT expert FROM top_experts(1, 'prompt', 2) WHERE place = 2
            SELECT top_experts.expert FROM Top_Experts(1, 'prompt', 2) | SELECT e FROM top_experts(1, 'prompt', 2) AS t(l, p, e, a, s, w)
            SELECT * FROM never_activated((SELECT min(run_id) FROM runs), lower('PROMPT')) | SELECT * FROM never_activated(1, 'prompt')
            SELECT a.layer FROM top_experts(1, 'prompt', 1) a JOIN top_experts(2, 'last_prompt', 1) b USING (layer, expert) | SELECT layer FROM (SELECT layer, expert FROM top_experts(1, 'prompt', 1) INTERSECT SELECT layer, expert FROM top_experts(2, 'last_prompt', 1))
            WITH experts AS (SELECT 1 AS x), top_experts AS (SELECT 2 AS y) SELECT layer FROM top_experts(1, 'prompt', 1), experts, top_experts AS t | SELECT DISTINCT layer FROM experts
            SELECT count(*) FROM runs r WHERE EXISTS (SELECT 1 FROM top_experts(1, 'prompt', 1) WHERE layer = r.run_id) | SELECT CAST(2 AS BIGINT)
            SELECT * FROM experts_of_question(1, 'prompt', (SELECT max(place) FROM top_experts(1, 'prompt', (SELECT 3)))) | SELECT * FROM experts_of_question(1, 'prompt', 3)
            SELECT layer, expert, other_expert, together FROM coactivation_of_subject(1, 'prompt', 'Chemie') | SELECT a.layer, a.expert, b.expert, count(*) FROM activations a JOIN activations b ON b.run_id = a.run_id AND b.question_id = a.question_id AND b."position" = a."position" AND b.layer = a.layer JOIN questions q ON q.question_id = a.question_id WHERE a.run_id = 1 AND q.subject = 'Chemie' AND a.expert <> b.expert GROUP BY ALL
            SELECT layer, expert, next_expert, together FROM transitions_of_subject(1, 'last_prompt', 'algebra') | SELECT a.layer, a.expert, b.expert, count(*) FROM activations a JOIN activations b ON b.run_id = a.run_id AND b.question_id = a.question_id AND b."position" = a."position" AND b.layer = a.layer + 1 JOIN questions q ON q.question_id = a.question_id WHERE a.run_id = 1 AND q.subject = 'algebra' AND a.is_last_prompt GROUP BY ALL
            SELECT layer, round(normalised_token_top_k_entropy, 9) FROM entropy_of_subject(1, 'prompt', 'biology_1') | SELECT r.layer, round(avg(CAST(r.top_k_entropy AS DOUBLE)) / ln(k.top_k), 9) FROM token_routing r JOIN questions q ON q.question_id = r.question_id JOIN layers k ON k.run_id = r.run_id AND k.layer = r.layer WHERE r.run_id = 1 AND q.subject = 'biology_1' GROUP BY r.layer, k.top_k
            SELECT layer, n, round(mean_token_entropy, 9) FROM entropy_of_subject(1, 'prompt', 'biology_1') | SELECT r.layer, count(*), round(avg(CAST(r.entropy AS DOUBLE)), 9) FROM token_routing r JOIN questions q ON q.question_id = r.question_id WHERE r.run_id = 1 AND q.subject = 'biology_1' GROUP BY r.layer
            SELECT layer, CAST(round(saturation * 2 * n) AS BIGINT) FROM run_difference_of_subject(1, 3, 'prompt', 'Chemie') | SELECT a.layer, count(*) FROM activations a JOIN activations b ON b.question_id = a.question_id AND b.layer = a.layer AND b."position" = a."position" AND b.expert = a.expert JOIN questions q ON q.question_id = a.question_id WHERE a.run_id = 1 AND b.run_id = 3 AND q.subject = 'Chemie' GROUP BY a.layer
            SELECT layer, expert, share, other_share FROM utilisation_difference_of_subject(1, 3, 'prompt', 'Chemie') | SELECT a.layer, a.expert, a.share, b.share FROM subject_specialisation a JOIN subject_specialisation b USING (scope, layer, expert, subject) WHERE a.run_id = 1 AND b.run_id = 3 AND scope = 'prompt' AND subject = 'Chemie'
            SELECT layer, expert, n, other_n, share, other_share, change FROM utilisation_difference_of_questions(1, 3, 'prompt') | SELECT layer, expert, n, other_n, share, other_share, change FROM utilisation_difference WHERE run_id = 1 AND other_run_id = 3 AND scope = 'prompt'
            SELECT question_id, predicted, other_predicted, correct, other_correct FROM changed_answers(1, 3) | SELECT a.question_id, a.predicted, b.predicted, a.correct, b.correct FROM answers a JOIN answers b ON b.question_id = a.question_id WHERE a.run_id = 1 AND b.run_id = 3 AND a.predicted <> b.predicted
            SELECT token_id, n, activations, share FROM tokens_of_expert(1, 'prompt', 1, 3, 2, 100000) | SELECT token_id, n, activations, share FROM vocabulary_specialisation WHERE run_id = 1 AND scope = 'prompt' AND layer = 1 AND expert = 3 AND n >= 2
            SELECT token_id, weight FROM contexts_of_expert(1, 'prompt', 1, 3, 100000, 1) WHERE distance = 0 | SELECT t.token_id, max(a.weight) FROM activations a JOIN tokens t ON t.run_id = a.run_id AND t.question_id = a.question_id AND t."position" = a."position" WHERE a.run_id = 1 AND a.layer = 1 AND a.expert = 3 GROUP BY t.token_id
            SELECT c.place, c.token FROM contexts_of_expert(1, 'prompt', 1, 3, 5, 2) c WHERE c.distance = -1 | SELECT c.place, t.token FROM contexts_of_expert(1, 'prompt', 1, 3, 5, 0) c JOIN tokens t ON t.run_id = 1 AND t.question_id = c.question_id AND t."position" = c."position" - 1
            SELECT "position", token, experts FROM tokens_of_question(2, 3, 1) | SELECT t."position", t.token, r.experts FROM tokens t JOIN token_routing r ON r.run_id = t.run_id AND r.question_id = t.question_id AND r."position" = t."position" WHERE t.run_id = 2 AND t.question_id = 3 AND r.layer = 1
            SELECT "position", phase, segment FROM tokens_of_question(2, 3, 1) | SELECT "position", phase, segment FROM tokens WHERE run_id = 2 AND question_id = 3
            SELECT question_id, similarity FROM nearest_questions(1, 3, 'top_k', 100) | SELECT other_question_id, similarity FROM question_similarity WHERE run_id = 1 AND question_id = 3 AND basis = 'top_k'
            FROM never_activated(1, NULL) | SELECT layer, expert FROM experts WHERE false
            """)
    void givesWhatItsQueryGives(String call, String plain) {
        Rows expected = Rows.of(engine, plain).sorted();
        assertThat(Rows.of(engine, call).sorted().rows()).isEqualTo(expected.rows());
        if (!plain.endsWith("WHERE false")) {
            assertThat(expected.rows()).isNotEmpty();
        }
    }

    /** Over two experts with p-values p1 <= p2, q is min(2 p1, p2) and p2. */
    @Test
    void adjustsOverTheExpertsThatAreAskedFor() {
        String two = "SELECT n FROM expert_accuracy WHERE run_id = 1 AND scope = 'last_prompt' AND p_value IS NOT NULL";
        long most = Rows.of(engine, two).rows().stream()
                .mapToLong(row -> (Long) row.get(0))
                .sorted()
                .boxed()
                .sorted((a, b) -> Long.compare(b, a))
                .skip(1)
                .findFirst()
                .orElseThrow();
        List<List<@Nullable Object>> rows = Rows.of(
                        engine,
                        "SELECT p_value, q_value FROM tested_experts(1, 'last_prompt', %d) WHERE p_value IS NOT NULL ORDER BY p_value"
                                .formatted(most))
                .rows();
        double tests = rows.size();
        double least = 1;
        for (int i = rows.size() - 1; i >= 0; i--) {
            least = Math.min(least, (Double) rows.get(i).get(0) * tests / (i + 1));
            assertThat((Double) rows.get(i).get(1)).isEqualTo(least);
        }
        assertThat(tests).isGreaterThan(1);
    }

    @Test
    void takesParametersForArguments() {
        List<@Nullable Object> values = List.of(1, "prompt", 3, 0.25);
        String sql = "SELECT count(*) FROM experts_of_question(?, ?, ?) WHERE mean_weight > ?";
        assertThat(engine.shape(sql, Duration.ofSeconds(5)).parameters())
                .containsExactly(Scalar.INTEGER, Scalar.VARCHAR, Scalar.INTEGER, Scalar.DOUBLE);
        try (QueryResult result = engine.query(sql, values, new QueryLimits(Duration.ofSeconds(5), 0))) {
            assertThat(result.next()).isTrue();
            assertThat(result.value(0))
                    .isEqualTo(Rows.of(
                                    engine,
                                    "SELECT count(*) FROM experts_of_question(1, 'prompt', 3) WHERE mean_weight > 0.25")
                            .rows()
                            .get(0)
                            .get(0));
        }
    }

    /** What is not known before the statement runs finds nothing. */
    @Test
    void takesNoWordThatItDoesNotHave() {
        assertThat(Rows.of(engine, "SELECT * FROM never_activated(1, lower('NOSUCH'))")
                        .rows())
                .isEmpty();
    }

    /** The value of a parameter is checked as a literal is, and a run is looked up in the file. */
    @Test
    void refusesValuesOfParametersThatItDoesNotTake() {
        assertRefused(
                "SELECT * FROM never_activated(?, ?)",
                List.of(1, "nosuch"),
                "scope of never_activated is last_prompt, prompt or generated, not 'nosuch'.");
        assertRefused("SELECT * FROM top_experts(1, 'prompt', ?)", List.of(0), "k of top_experts is 1 or more, not 0.");
        assertRefused(
                "SELECT * FROM top_experts(?, 'prompt', 1)",
                List.of(99),
                "run of top_experts is 99, and the file has no such run; it has the runs 1, 2, 3.");
        assertRefused(
                "SELECT * FROM changed_answers(1, 4)",
                List.of(),
                "other_run of changed_answers is 4, and the file has no such run; it has the runs 1, 2, 3.");
        assertRefused(
                "SELECT * FROM experts_of_subject(1, 'prompt', 'law', 3)",
                List.of(),
                "subject of experts_of_subject is 'law', and the file has no such subject; it has the subjects 'Chemie', 'algebra', 'biology_1'.");
        assertRefused(
                "SELECT * FROM entropy_of_subject(1, 'prompt', ?)",
                List.of("algebre"),
                "subject of entropy_of_subject is 'algebre', and the file has no such subject; did you mean 'algebra'?");
        assertRefused(
                "SELECT * FROM entropy_of_subject(1, 'prompt', 'chemie')",
                List.of(),
                "subject of entropy_of_subject is 'chemie', and the file has no such subject; did you mean 'Chemie'?");
        engine.query(
                        "SELECT * FROM serve_plan(1, 'prompt', 'model', 'lru', ?, 1, 1)",
                        List.of(Double.NaN),
                        new QueryLimits(Duration.ofSeconds(5), 0))
                .close();
        assertThat(Rows.of(engine, "SELECT * FROM top_experts((SELECT 4), 'prompt', 1)")
                        .rows())
                .isEmpty();
        assertThat(Rows.of(engine, "SELECT * FROM top_experts(NULL, 'prompt', 1)")
                        .rows())
                .isEmpty();
    }

    private void assertRefused(String sql, List<Object> values, String message) {
        assertThatThrownBy(() -> engine.query(sql, values, new QueryLimits(Duration.ofSeconds(5), 0)))
                .isInstanceOf(GatehouseException.class)
                .hasMessage(message);
    }

    /** A word that a parameter takes is explained. */
    @Test
    void theirWordsAreDocumented() {
        for (TableFunction function : TableFunction.all()) {
            for (int i = 0; i < function.parameters().size(); i++) {
                if (function.accepted().get(i) instanceof Accepted.Words accepted
                        && !function.parameters().get(i).name().startsWith("other_")) {
                    assertThat(function.parameters().get(i).comment())
                            .as("%s of %s", function.parameters().get(i).name(), function.name())
                            .contains(accepted.words());
                }
            }
        }
    }

    @Test
    void isAnsweredByRollups() {
        assertThat(Rows.of(engine, "EXPLAIN SELECT * FROM experts_of_question(1, 'prompt', 3)")
                        .rows())
                .contains(List.of("rollup", "question_usage"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            SELECT * FROM top_experts(1, 'prompt') | top_experts(run INTEGER, scope VARCHAR, k INTEGER) takes 3 arguments, not 2.
            SELECT * FROM top_experts('1', 'prompt', 1) | run of top_experts is INTEGER, not VARCHAR.
            SELECT * FROM top_experts(1, 'prompt', 2.5) | k of top_experts is INTEGER, not DECIMAL(2,1).
            SELECT * FROM top_experts(1, 2, 1) | scope of top_experts is VARCHAR, not INTEGER.
            SELECT * FROM runs, top_experts(runs.run_id, 'prompt', 1) | run of top_experts must be one value for the whole statement: a number or text, ? or a query of one value.
            SELECT * FROM top_experts(1, 'prompt', max(1)) | k of top_experts must be one value for the whole statement: a number or text, ? or a query of one value.
            SELECT * FROM top_experts(1, 'prompt', unnest([1, 2])) | k of top_experts must be one value for the whole statement: a number or text, ? or a query of one value.
            SELECT * FROM top_experts(1, 'prompt', (SELECT no FROM runs)) | Column 'no' not found in any table; did you mean 'n'?
            SELECT * FROM top_experts(1, 'prompt', (SELECT 1, 2)) | A sub-query that stands for a value has one column.
            SELECT top_experts(1, 'prompt', 1) | top_experts can only stand in FROM.
            SELECT * FROM top_experts | top_experts is a function; write top_experts(run INTEGER, scope VARCHAR, k INTEGER).
            SELECT * FROM top_expert(1, 'prompt', 1) | Function 'top_expert' does not exist; did you mean 'top_experts'?
            SELECT * FROM top_experts(1, 'prompts', 1) | scope of top_experts is last_prompt, prompt or generated, not 'prompts'.
            SELECT * FROM top_experts(1, 'Prompt', 1) | scope of top_experts is last_prompt, prompt or generated, not 'Prompt'.
            SELECT * FROM top_experts(1, 'prompt', 0) | k of top_experts is 1 or more, not 0.
            SELECT * FROM expert_cache(1, 'prompt', 'nosuch', 'lru', 1) | cache_of of expert_cache is layer or model, not 'nosuch'.
            SELECT * FROM expert_cache(1, 'prompt', 'model', 'mru', 1) | policy of expert_cache is lru, lru_single, lfu, belady, random or static, not 'mru'.
            SELECT * FROM serve_plan(1, 'prompt', 'model', 'lru', -1, 0, 0) | expert_mb of serve_plan is more than 0, not -1.
            SELECT * FROM serve_plan(1, 'prompt', 'model', 'lru', 1, -0.5, 1) | memory_gb of serve_plan is 0 or more, not -0.5.
            SELECT * FROM serve_plan(1, 'prompt', 'model', 'lru', 1, 0, 0e0) | gb_per_s of serve_plan is more than 0, not 0.
            SELECT * FROM serve_plan(1, 'prompt', 'model', 'lru', -1e300, 1, 1) | expert_mb of serve_plan is more than 0, not -1E+300.
            SELECT * FROM hot_set(1, 'prompt', 4, 1) | folds of hot_set is 2 or more, not 1.
            SELECT * FROM contexts_of_expert(1, 'prompt', 1, -3, 5, 0) | expert of contexts_of_expert is 0 or more, not -3.
            SELECT nothing FROM top_experts(1, 'prompt', 1) | Column 'nothing' not found in any table.
            SELECT t.nothing FROM top_experts(1, 'prompt', 1) AS t | Column 'nothing' not found in table 't'.
            """)
    void saysWhatIsWrongWithACall(String sql, String message) {
        assertThatThrownBy(() -> Rows.of(engine, sql))
                .isInstanceOf(GatehouseException.class)
                .hasMessage(message);
    }

    @Test
    void isDescribed() {
        assertThat(Rows.of(engine, "DESCRIBE FUNCTION top_experts").rows())
                .containsExactly(List.of(
                        "top_experts",
                        "top_experts(run INTEGER, scope VARCHAR, k INTEGER)",
                        "One row per layer and place: the experts of a run that most tokens were sent to."));
    }

    /** What the head of a file says of its function is true. */
    @Test
    void headsAreTrue() {
        assertThat(TableFunction.all()).hasSizeGreaterThan(3);
        for (TableFunction function : TableFunction.all()) {
            List<String> arguments = new ArrayList<>();
            for (Column parameter : function.parameters()) {
                arguments.add("CAST(NULL AS %s)".formatted(parameter.type()));
            }
            String call = "SELECT * FROM %s(%s)".formatted(function.name(), String.join(", ", arguments));
            assertThat(engine.shape(call, Duration.ofSeconds(20)).columns())
                    .as(function.name())
                    .isEqualTo(function.columns().stream()
                            .map(column -> new ResultColumn(column.name(), column.type()))
                            .toList());
            assertThat(function.comment()).as(function.name()).startsWith("One row per");
            assertThat(function.sections()).as(function.name()).containsKeys("Title", "Definition", "Example");
            // The file has no generated tokens.
            assertThat(Rows.of(engine, function.example()).rows().isEmpty())
                    .as(function.name())
                    .isEqualTo(function.name().equals("dropped_misses"));
        }
    }
}
