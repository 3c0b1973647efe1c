package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.completion.Suggestion;
import io.gatehouse.sql.completion.Suggestion.Kind;
import io.gatehouse.testing.sql.Script;
import io.gatehouse.testing.store.RoutingFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What can be typed at the {@code |} of a text. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestCompletion {
    private static final String GARBAGE = "()[]'\";,.\u0000\uD800 -/*";

    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
    }

    @Test
    void aStatementBeginsWithAKeyword() {
        assertThat(texts("|")).contains("SELECT", "WITH", "FROM", "DESCRIBE", "SHOW TABLES");
        assertThat(texts("sel|")).containsExactly("SELECT");
        assertThat(texts("SELECT 1; su|")).contains("SUMMARIZE");
    }

    @Test
    void relationsStandBehindFromAndJoin() {
        assertThat(texts("SELECT * FROM |"))
                .startsWith("runs", "questions", "question_attributes", "answers")
                .contains("unused_experts");
        assertThat(texts("SELECT * FROM tok|")).startsWith("tokens", "token_routing");
        assertThat(texts("SELECT * FROM answers a JOIN q|")).startsWith("questions");
        assertThat(texts("SELECT * FROM runs, exp|"))
                .startsWith("experts", "expert_norms", "expert_notes", "expert_accuracy");
        assertThat(texts("DESCRIBE act|")).startsWith("activations");
        assertThat(suggestion("SELECT * FROM activ|", "activations").detail()).contains("One row per run");
    }

    @Test
    void columnsAreThoseOfTheRelationsAlsoWhereFromComesLater() {
        assertThat(texts("SELECT | FROM runs")).startsWith("run_id", "name", "model");
        assertThat(texts("SELECT lay| FROM activations")).startsWith("layer");
        assertThat(texts("SELECT count(*), avg(we|) FROM activations"))
                .startsWith("weight")
                .doesNotContain("weights");
        assertThat(texts("FROM activations SELECT we|")).startsWith("weight").doesNotContain("weights");
        assertThat(texts("SELECT layer FROM activations WHERE ph|")).startsWith("phase");
        assertThat(texts("SELECT layer FROM activations GROUP BY |")).startsWith("run_id", "question_id");
        assertThat(texts("SELECT layer FROM activations ORDER BY layer, ex|")).startsWith("expert");
        assertThat(suggestion("SELECT en| FROM token_routing", "entropy").detail())
                .startsWith("FLOAT: Entropy of the gate");
    }

    @Test
    void withoutFromTheColumnsOfAllRelationsAreOffered() {
        assertThat(texts("SELECT ent|")).startsWith("entropy");
        assertThat(texts("SELECT |")).contains("run_id", "name").hasSize(50);
    }

    @Test
    void aQualifierChoosesTheRelation() {
        assertThat(texts("SELECT q.| FROM answers a JOIN questions q ON q.question_id = a.question_id"))
                .startsWith("question_id", "quiz", "subject")
                .doesNotContain("correct", "SELECT");
        assertThat(texts("SELECT * FROM answers a JOIN questions q ON q.qu| = a.question_id"))
                .containsExactly("question_id", "quiz", "question");
        assertThat(texts("SELECT runs.na| FROM runs")).containsExactly("name");
        assertThat(texts("SELECT nothing.| FROM runs")).isEmpty();
    }

    @Test
    void aColumnOfTwoRelationsIsQualified() {
        List<String> texts = texts("SELECT | FROM answers a JOIN questions q USING (question_id)");
        assertThat(texts)
                .contains("a.question_id", "q.question_id", "correct", "subject")
                .doesNotContain("question_id");
        assertThat(texts("SELECT ques| FROM answers a JOIN questions q USING (question_id)"))
                .startsWith("a.question_id", "q.question_id", "question");
    }

    @Test
    void withQueriesAndDerivedTablesHaveTheirColumns() {
        String with = "WITH busy AS (SELECT layer, expert AS who, count(*) AS n FROM activations GROUP BY ALL) ";
        assertThat(texts(with + "SELECT * FROM bu|")).startsWith("busy");
        assertThat(suggestions(with + "SELECT * FROM bu|").get(0).kind()).isEqualTo(Kind.CTE);
        assertThat(texts(with + "SELECT | FROM busy")).startsWith("layer", "who", "n");
        assertThat(suggestion(with + "SELECT n| FROM busy", "n").detail()).isEqualTo("BIGINT");
        assertThat(texts(with + "SELECT b.w| FROM busy AS b")).containsExactly("who");
        assertThat(texts("WITH b(x, y) AS (SELECT layer, expert FROM activations) SELECT | FROM b"))
                .startsWith("x", "y");
        assertThat(texts("WITH a AS (SELECT 1 AS x), b AS (SELECT * FROM |) SELECT 1"))
                .startsWith("a", "runs");
        assertThat(texts("SELECT t.| FROM (SELECT layer, avg(entropy) AS h FROM token_routing GROUP BY layer) AS t"))
                .containsExactly("layer", "h");
        assertThat(texts("SELECT | FROM (SELECT layer AS l, 1 + AS half FROM token_routing) AS t"))
                .startsWith("l", "half");
        assertThat(texts("SELECT u.| FROM token_routing t, UNNEST(t.experts) WITH ORDINALITY AS u(expert, place)"))
                .containsExactly("expert", "place");
    }

    @Test
    void aliasesOfTheSelectListCanBeUsedAgain() {
        String select = "SELECT layer, count(*) AS busy, avg(weight) w FROM activations GROUP BY layer ";
        assertThat(texts(select + "ORDER BY bu|")).startsWith("busy");
        assertThat(texts(select + "HAVING w|")).startsWith("weight", "w");
        assertThat(suggestion(select + "ORDER BY b|", "busy").kind()).isEqualTo(Kind.ALIAS);
    }

    @Test
    void aSubQueryKnowsItsOwnRelationsFirstAndThenThoseAround() {
        String outer = "SELECT * FROM questions q WHERE EXISTS (SELECT 1 FROM answers a WHERE a.question_id = ";
        assertThat(texts(outer + "q.sub|)")).containsExactly("subject");
        assertThat(texts(outer + "|)")).contains("question_id", "correct", "subject");
        assertThat(texts("SELECT * FROM questions q, (SELECT | FROM runs) r"))
                .startsWith("run_id")
                .doesNotContain("subject");
    }

    @Test
    void keywordsAreThoseThatTheGrammarTakes() {
        assertThat(texts("SELECT * FROM runs |")).startsWith("WHERE").contains("JOIN", "ORDER BY", "AS");
        assertThat(texts("SELECT * FROM runs LEFT |")).contains("JOIN").doesNotContain("WHERE");
        assertThat(texts("SELECT * FROM runs GROUP |")).containsExactly("BY");
        assertThat(texts("SELECT name FROM runs ORDER BY name |")).contains("DESC", "NULLS FIRST", "LIMIT");
        assertThat(texts("SELECT name FROM runs WHERE name IS |")).startsWith("NULL", "NOT NULL");
        assertThat(texts("SELECT CASE WHEN shots > 0 |  FROM runs")).contains("THEN");
        assertThat(texts("SELECT rank() OVER (|) FROM runs"))
                .contains("PARTITION BY", "ORDER BY")
                .doesNotContain("name");
    }

    @Test
    void functionsSayWhatTheyReturn() {
        assertThat(texts("SELECT wil| FROM experts")).startsWith("wilson_low", "wilson_high");
        Suggestion function = suggestion("SELECT wilson_l| FROM experts", "wilson_low");
        assertThat(function.kind()).isEqualTo(Kind.FUNCTION);
        assertThat(function.detail()).startsWith("wilson_low(successes, n): Lower end");
        assertThat(texts("SELECT quantile_c|(entropy, 0.5) FROM token_routing")).startsWith("quantile_cont");
    }

    @Test
    void measuresAreOfferedAsTheyAreUsed() {
        Suggestion measure = suggestion("SELECT acc| FROM answers", "AGGREGATE(accuracy)");
        assertThat(measure.kind()).isEqualTo(Kind.MEASURE);
        assertThat(measure.detail())
                .isEqualTo("measure of answers: Share of the questions that were answered correctly.");
        assertThat(texts("SELECT AGGREGATE(|) FROM activations a")).contains("load", "mean_weight");
        assertThat(texts("SELECT aggregate(lo|) FROM activations a, activations b"))
                .startsWith("a.load", "b.load");
        assertThat(texts("SELECT acc| FROM questions")).doesNotContain("AGGREGATE(accuracy)");
        assertThat(texts("WITH answers AS (SELECT 1 AS x) SELECT | FROM answers"))
                .doesNotContain("AGGREGATE(accuracy)");
    }

    @Test
    void measuresOfQueriesAreOffered() {
        String query = "(SELECT layer, expert, weight, avg(weight) AS MEASURE gate FROM activations)";
        Suggestion measure = suggestion("SELECT layer, ga| FROM %s AS t".formatted(query), "AGGREGATE(gate)");
        assertThat(measure.kind()).isEqualTo(Kind.MEASURE);
        assertThat(measure.detail()).isEqualTo("measure: avg(weight)");
        assertThat(texts("WITH w AS %s SELECT AGGREGATE(|) FROM w".formatted(query)))
                .contains("gate", "layer")
                .doesNotContain("load");
        assertThat(texts("WITH w AS %s SELECT | FROM w".formatted(query)))
                .contains("AGGREGATE(gate)")
                .doesNotContain("gate");
    }

    @Test
    void tableFunctionsStandBehindFromWithTheirColumns() {
        Suggestion function = suggestion("SELECT * FROM top|", "top_experts");
        assertThat(function.kind()).isEqualTo(Kind.FUNCTION);
        assertThat(function.detail())
                .startsWith("top_experts(run INTEGER, scope VARCHAR, k INTEGER): One row per layer and place");
        assertThat(texts("SELECT top|")).doesNotContain("top_experts");
        assertThat(texts("SELECT | FROM top_experts(1, 'prompt', 3)")).startsWith("layer", "place", "expert");
        assertThat(texts("SELECT top_experts.sh| FROM top_experts(1, 'prompt', 3)"))
                .containsExactly("share");
        assertThat(texts("SELECT t.| FROM top_experts(1, 'prompt', 3) AS t(a, b)"))
                .startsWith("a", "b", "expert");
    }

    @Test
    void typesStandBehindACast() {
        assertThat(texts("SELECT layer::I| FROM experts")).contains("INTEGER");
        assertThat(texts("SELECT CAST(layer AS |) FROM experts"))
                .contains("VARCHAR", "DOUBLE")
                .doesNotContain("layer");
    }

    @Test
    void nothingIsOfferedInsideTextsNumbersCommentsAndForNewNames() {
        assertThat(texts("SELECT 'lay|' FROM experts")).isEmpty();
        assertThat(texts("SELECT 'lay|")).isEmpty();
        assertThat(texts("SELECT 12| FROM experts")).isEmpty();
        assertThat(texts("SELECT 1 -- lay|")).isEmpty();
        assertThat(texts("SELECT 1 /* lay| */ FROM experts")).isEmpty();
        assertThat(texts("SELECT layer AS l| FROM experts")).isEmpty();
    }

    @Test
    void theWordAtTheCursorIsReplaced() {
        Suggestion suggestion = suggestion("SELECT lay|xyz FROM experts", "layer");
        assertThat(suggestion.start()).isEqualTo(7);
        assertThat(suggestion.end()).isEqualTo(13);
        Suggestion inserted = suggestion("SELECT | FROM experts", "layer");
        assertThat(inserted.start()).isEqualTo(7);
        assertThat(inserted.end()).isEqualTo(7);
        Suggestion quoted = suggestion("SELECT \"lay| FROM experts", "layer");
        assertThat(quoted.start()).isEqualTo(7);
    }

    @Test
    void everySuggestionOfAColumnCanBeRun() {
        for (String relation :
                engine.catalog().relations().stream().map(r -> r.name()).toList()) {
            String list = "SELECT %s FROM " + relation;
            String columns = suggestions(list.formatted("|")).stream()
                    .filter(suggestion -> suggestion.kind() == Kind.COLUMN)
                    .map(Suggestion::text)
                    .collect(Collectors.joining(", "));
            assertThat(columns).as(relation).isNotEmpty();
            assertThat(engine.check(list.formatted(columns)))
                    .as("%s of %s", columns, relation)
                    .isEmpty();
        }
    }

    /** Statements of the suite, cut, shortened and garbled anywhere. */
    @Test
    void noTextMakesItFail() throws Exception {
        long seed = Long.getLong("gatehouse.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> statements = new ArrayList<>();
        for (String file : Script.FEATURES) {
            statements.addAll(Script.read(file).statements());
        }
        for (int i = 0; i < 1_000; i++) {
            StringBuilder text = new StringBuilder(statements.get(random.nextInt(statements.size())));
            for (int change = random.nextInt(4); change > 0 && text.length() > 1; change--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(10)));
                } else {
                    text.insert(at, GARBAGE.charAt(random.nextInt(GARBAGE.length())));
                }
            }
            int offset = random.nextInt(text.length() + 1);
            assertThat(engine.complete(text.toString(), offset))
                    .as("seed %d: %s at %d", seed, text, offset)
                    .hasSizeLessThanOrEqualTo(50)
                    .allSatisfy(suggestion ->
                            assertThat(suggestion.start()).isBetween(0, offset).isLessThanOrEqualTo(suggestion.end()));
        }
    }

    private Suggestion suggestion(String marked, String text) {
        return suggestions(marked).stream()
                .filter(suggestion -> suggestion.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("%s is not in %s".formatted(text, texts(marked))));
    }

    private List<String> texts(String marked) {
        return suggestions(marked).stream().map(Suggestion::text).toList();
    }

    private List<Suggestion> suggestions(String marked) {
        return engine.complete(marked.replace("|", ""), marked.indexOf('|'));
    }
}
