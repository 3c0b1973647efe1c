package io.gatehouse.sql;

import static io.gatehouse.error.ErrorCode.OUT_OF_MEMORY;
import static io.gatehouse.error.ErrorCode.SQL_EXECUTION;
import static io.gatehouse.error.ErrorCode.SQL_NOT_SUPPORTED;
import static io.gatehouse.error.ErrorCode.SQL_READ_ONLY;
import static io.gatehouse.error.ErrorCode.SQL_SYNTAX;
import static io.gatehouse.error.ErrorCode.SQL_TOO_LARGE;
import static io.gatehouse.error.ErrorCode.SQL_VALIDATION;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.parse.Grammar;
import io.gatehouse.testing.sql.Script;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is said about wrong statements, and where in the text. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestSqlErrors {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofSeconds(60), 0);

    private static final Pattern KEYWORD = Pattern.compile("\\b[A-Z]{4,}\\b");
    private static final Pattern GUESS = Pattern.compile("did you mean ([A-Z_]+)\\?");

    /** A name that is not called, quoted, or a parameter. */
    private static final Pattern NAME = Pattern.compile("(?<![\\w'\".$:])[a-z_][a-z_0-9.]*(?![\\w'\"(])");

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
    void unknownNamesAreAnsweredWithTheNearestKnown() {
        check(
                "SELECT layr\nFROM activations",
                SQL_VALIDATION,
                "Column 'layr' not found in any table; did you mean 'layer'?",
                new TextRange(1, 8, 1, 11));
        check(
                "SELECT a.layer\n  , a.expret FROM activations AS a",
                SQL_VALIDATION,
                "Column 'expret' not found in table 'a'; did you mean 'expert'?",
                new TextRange(2, 7, 2, 12));
        check(
                "SELECT 1 FROM activation",
                SQL_VALIDATION,
                "Table 'activation' not found; did you mean 'activations'?",
                new TextRange(1, 15, 1, 24));
        check(
                "SELECT medain(layer) FROM activations",
                SQL_VALIDATION,
                "Function 'medain' does not exist; did you mean 'median'?",
                new TextRange(1, 8, 1, 20));
        check(
                "SELECT nothing_like_it FROM runs",
                SQL_VALIDATION,
                "Column 'nothing_like_it' not found in any table.",
                new TextRange(1, 8, 1, 22));
    }

    @Test
    void tablesBehindTheViewsCannotBeNamed() {
        check(
                "SELECT * FROM question_usage",
                SQL_VALIDATION,
                "Table 'question_usage' not found.",
                new TextRange(1, 15, 1, 28));
        check("SELECT * FROM run_shards", SQL_VALIDATION, "Table 'run_shards' not found.", new TextRange(1, 15, 1, 24));
    }

    @Test
    void wordsThatDoNotFitAreNamedAndFound() {
        check("SELECT * FORM runs", SQL_SYNTAX, "Unexpected runs; did you mean FROM?", new TextRange(1, 15, 1, 18));
        check("SELECT a b c FROM runs", SQL_SYNTAX, "Unexpected c.", new TextRange(1, 12, 1, 12));
        check("SELECT 1 GROUP", SQL_SYNTAX, "The statement ends too early.", new TextRange(1, 10, 1, 14));
        check(
                "SELECT order FROM runs",
                SQL_SYNTAX,
                "Unexpected order; it is a keyword. Write \"order\" for a name.",
                new TextRange(1, 8, 1, 12));
        check("SELECT 1 FROM runs 'b'", SQL_SYNTAX, "Unexpected 'b'.", new TextRange(1, 20, 1, 22));
        check("SELECT 1 +", SQL_SYNTAX, "The statement ends too early.", new TextRange(1, 10, 1, 10));
        check(
                "SELECT 'abc",
                SQL_SYNTAX,
                "The text that begins here is not closed by a quote.",
                new TextRange(1, 8, 1, 8));
        check("-- nothing", SQL_SYNTAX, "There is no statement.");
    }

    /** The parser gives up where it chooses between two forms, which is before the first token that fits none. */
    @Test
    void thePlaceIsThatOfTheTokenThatDoesNotFit() {
        check("SELECT (1 +) FROM runs", SQL_SYNTAX, "Unexpected ).", new TextRange(1, 12, 1, 12));
        check("SELECT name FROM runs GROUP name", SQL_SYNTAX, "Unexpected name.", new TextRange(1, 29, 1, 32));
        check("SELECT 1 = = 2", SQL_SYNTAX, "Unexpected =.", new TextRange(1, 12, 1, 12));
        check("SELECT , name FROM runs", SQL_SYNTAX, "Unexpected ,.", new TextRange(1, 8, 1, 8));
        check(
                "SELECT name FROM runs LEFT JION answers USING (run_id)",
                SQL_SYNTAX,
                "Unexpected JION; did you mean JOIN?",
                new TextRange(1, 28, 1, 31));
        check(
                "SELECT x FROM t WHERE group = 1",
                SQL_SYNTAX,
                "Unexpected group; it is a keyword. Write \"group\" for a name.",
                new TextRange(1, 23, 1, 27));
        check(
                "SELECT name, order, task FROM runs",
                SQL_SYNTAX,
                "Unexpected ,; order is a keyword. Write \"order\" for a name.",
                new TextRange(1, 19, 1, 19));
        String structs = "Structs are not supported; select the values as columns.";
        check("SELECT {'x': 1}", SQL_NOT_SUPPORTED, structs, new TextRange(1, 8, 1, 8));
        check("SELECT ({'x': 1})", SQL_NOT_SUPPORTED, structs, new TextRange(1, 9, 1, 9));
        check("SELECT 1, (2 + ({'x': 1}))", SQL_NOT_SUPPORTED, structs, new TextRange(1, 17, 1, 17));
        check(
                "SELECT run_id FROM runs LIMIT (SELECT 1)",
                SQL_NOT_SUPPORTED,
                "LIMIT and OFFSET take a number or a parameter; write the number.",
                new TextRange(1, 31, 1, 31));
        check(
                "SELECT encode('a')",
                SQL_NOT_SUPPORTED,
                "encode is not supported, because it returns a BLOB; write hex(text) for the bytes of a text.",
                new TextRange(1, 8, 1, 18));
    }

    /** Keywords that are near in letters only. */
    @Test
    void noKeywordIsGuessedThatDoesNotFit() {
        for (String sql : List.of(
                "SELECT name date day FROM runs",
                "SELECT 1 FROM runs FOR x",
                "SELECT 1 not FROM runs",
                "SELECT run_id exclude name FROM runs",
                "SELECT * FROM runs laterl (SELECT 1)",
                "SELECT * FROM runs UNPIVOT x",
                "SELECT sum(run_id) OVER (groups 1) FROM runs",
                "SELECT run_id FROM runs WHER run_id + FROM")) {
            assertThat(failure(sql)).hasMessageStartingWith("Unexpected").hasMessageNotContaining("did you mean");
        }
    }

    /** With the keyword that is guessed for a misspelt one, the statement can be read. */
    @Test
    void aKeywordThatIsGuessedFits() throws Exception {
        long seed = Long.getLong("test.seed", 20_261_129);
        Random random = new Random(seed);
        int guesses = 0;
        for (String statement : Script.read("select.iq").statements()) {
            String sql = statement.replace('\n', ' ');
            List<MatchResult> keywords = KEYWORD.matcher(sql).results().toList();
            if (keywords.isEmpty()) {
                continue;
            }
            MatchResult keyword = keywords.get(random.nextInt(keywords.size()));
            int letter = keyword.start() + random.nextInt(keyword.end() - keyword.start());
            String misspelt = sql.substring(0, letter) + sql.substring(letter + 1);
            if (parses(misspelt)) {
                continue;
            }
            GatehouseException failure = failure(misspelt);
            Matcher guess = GUESS.matcher(String.valueOf(failure.getMessage()));
            if (guess.find()) {
                int place = failure.position().orElseThrow().column() - 1;
                String before = misspelt.substring(0, place);
                String after = misspelt.substring(place);
                assertThat(List.of(
                                before + after.replaceFirst("^\\w+", guess.group(1)),
                                before.replaceFirst("\\w+\\s*$", guess.group(1) + " ") + after))
                        .as("seed %d: %s", seed, misspelt)
                        .anyMatch(TestSqlErrors::parses);
                guesses++;
            }
        }
        assertThat(guesses).as("seed %d", seed).isGreaterThan(20);
    }

    private static boolean parses(String sql) {
        try {
            SqlParser.create(sql, Grammar.parser()).parseStmt();
            return true;
        } catch (SqlParseException e) {
            return false;
        }
    }

    @Test
    void aNumberBehindATypeIsNotTakenForAnIndexOfTheValue() {
        check("SELECT ordinal::INTEGER[1] FROM questions", SQL_SYNTAX, "Unexpected 1.", new TextRange(1, 25, 1, 25));
    }

    @Test
    void typesThatDoNotFitAreNamed() {
        check(
                "SELECT sum(subject) FROM questions",
                SQL_VALIDATION,
                "Cannot apply 'SUM' to arguments of type 'SUM(<VARCHAR>)'. Supported form(s): 'SUM(<NUMERIC>)'.",
                new TextRange(1, 8, 1, 19));
        check(
                "SELECT layer, expert FROM activations GROUP BY layer",
                SQL_VALIDATION,
                "Expression 'expert' is not being grouped.",
                new TextRange(1, 15, 1, 20));
    }

    @Test
    void ambiguousNamesAreQualifiedWithWhatHasThem() {
        check(
                "SELECT run_id FROM runs, answers",
                SQL_VALIDATION,
                "Column 'run_id' is ambiguous; write runs.run_id or answers.run_id.",
                new TextRange(1, 8, 1, 13));
        check(
                "SELECT count(*) FROM runs AS r\nJOIN answers AS \"of run\" ON run_id = 1",
                SQL_VALIDATION,
                "Column 'run_id' is ambiguous; write r.run_id or \"of run\".run_id.",
                new TextRange(2, 29, 2, 34));
        check(
                "SELECT a.run_id FROM answers AS a JOIN runs AS b ON run_id = 1 JOIN tokens AS c ON c.run_id = 1",
                SQL_VALIDATION,
                "Column 'run_id' is ambiguous; write a.run_id or b.run_id.",
                new TextRange(1, 53, 1, 58));
        check(
                "SELECT 1 FROM answers AS a, runs AS b, tokens AS c WHERE a.run_id = b.run_id AND run_id = 1",
                SQL_VALIDATION,
                "Column 'run_id' is ambiguous; write a.run_id, b.run_id or c.run_id.",
                new TextRange(1, 82, 1, 87));
        for (String clause :
                List.of("GROUP BY run_id", "ORDER BY run_id", "GROUP BY a.run_id HAVING max(run_id) > 1")) {
            assertThat(failure("SELECT count(*) FROM runs AS a, answers AS b " + clause))
                    .as(clause)
                    .hasMessage("Column 'run_id' is ambiguous; write a.run_id or b.run_id.");
        }
        assertThat(failure("SELECT 1 FROM runs AS a, answers AS b"
                        + " WHERE a.run_id IN (SELECT question_id FROM questions WHERE run_id = 1)"))
                .as("a name of the query around")
                .hasMessage("Column 'run_id' is ambiguous; write a.run_id or b.run_id.");
        assertThat(failure("SELECT 1 FROM runs AS a, answers AS b"
                        + " WHERE a.run_id IN (SELECT 1 FROM tokens AS c, answers AS d ORDER BY run_id)"))
                .as("a name of the query within")
                .hasMessage("Column 'run_id' is ambiguous; write c.run_id or d.run_id.");
        assertThat(failure("SELECT 1 FROM runs AS a, answers AS b, LATERAL (SELECT run_id + 1 AS x) AS c, tokens AS d"))
                .as("a name that relations before it have")
                .hasMessage("Column 'run_id' is ambiguous; write a.run_id or b.run_id.");
    }

    @Test
    void otherAmbiguousNamesGetARemedy() {
        check(
                "SELECT layer AS x, expert AS x FROM activations ORDER BY x + 1",
                SQL_VALIDATION,
                "Column 'x' is ambiguous; write the relation before it, such as a.x, or give items of SELECT different"
                        + " names.",
                new TextRange(1, 58, 1, 58));
        check(
                "SELECT 1 FROM runs AS a CROSS JOIN answers AS b JOIN tokens AS c USING (run_id)",
                SQL_VALIDATION,
                "2 relations on one side of the join have a column 'run_id'; write ON, with one of them before its"
                        + " name.",
                new TextRange(1, 73, 1, 78));
    }

    @Test
    void anOperatorIsFoundInAnyLine() {
        String texts = "|| joins texts; write CAST(x AS VARCHAR) for values that are not strings.";
        check("SELECT\n  name,\n  name || 1\nFROM runs", SQL_NOT_SUPPORTED, texts, new TextRange(3, 3, 3, 11));
        check("""
                WITH used AS (
                    SELECT run_id, layer, expert, count(*) AS n
                    FROM activations
                    GROUP BY ALL
                )
                SELECT
                    u.layer || '-' || u.expert AS pair,
                    sum(n) AS n
                FROM used AS u JOIN runs USING (run_id)
                WHERE run_id = 1
                GROUP BY ALL
                ORDER BY n DESC
                """, SQL_NOT_SUPPORTED, texts, new TextRange(7, 5, 7, 18));
    }

    /**
     * Refused statements, and accepted ones in which a name is not known or stands beside a number. They begin in the third
     * line, so that a place in the first one is a place that was lost.
     */
    @Test
    void noMessageLosesItsPlace() throws Exception {
        long seed = Long.getLong("test.seed", 20_261_130);
        Random random = new Random(seed);
        List<String> lost = new ArrayList<>();
        int found = 0;
        for (String script : Script.FEATURES) {
            for (Script.Block block : Script.read(script).blocks()) {
                String sql = block.sql();
                if (!block.command().equals("!refused")) {
                    List<MatchResult> names = NAME.matcher(sql).results().toList();
                    if (names.isEmpty()) {
                        continue;
                    }
                    MatchResult name = names.get(random.nextInt(names.size()));
                    String wrong = random.nextBoolean() ? name.group() + "_x" : "(" + name.group() + " || 1)";
                    sql = sql.substring(0, name.start()) + wrong + sql.substring(name.end());
                }
                String later = "\n\n" + sql;
                Optional<TextRange> place = find(later).flatMap(GatehouseException::position);
                found += place.isPresent() ? 1 : 0;
                place.filter(range -> range.line() < 3).ifPresent(range -> lost.add(later));
            }
        }
        assertThat(lost).as("seed %d", seed).isEmpty();
        assertThat(found).as("seed %d", seed).isGreaterThan(800);
    }

    /** The validator names the operands, and a hint of ours replaces its words. */
    @Test
    void aHintHasThePlaceOfWhatItIsAbout() {
        check(
                "SELECT name,\n  name || run_id AS label\nFROM runs",
                SQL_NOT_SUPPORTED,
                "|| joins texts; write CAST(x AS VARCHAR) for values that are not strings.",
                new TextRange(2, 3, 2, 16));
        check(
                "SELECT r.run_id\nFROM runs AS r\nWHERE r.name || r.run_id = 'a1'",
                SQL_NOT_SUPPORTED,
                "|| joins texts; write CAST(x AS VARCHAR) for values that are not strings.",
                new TextRange(3, 7, 3, 24));
    }

    @Test
    void doubleSlashIsNeverAComment() {
        assertThat(Rows.of(engine, "SELECT 10 // 3 AS x, 7 //2").rows().get(0)).containsExactly(3, 3);
        check("SELECT 1 // over", SQL_VALIDATION, "Column 'over' not found in any table.", new TextRange(1, 13, 1, 16));
        check(
                "SELECT 1; // over",
                SQL_NOT_SUPPORTED,
                "Only one statement can be run at a time.",
                new TextRange(1, 11, 1, 12));
        assertThat(Rows.of(engine, "SELECT '//' AS \"//\" -- //\n /* // */").rows())
                .hasSize(1);
    }

    @Test
    void formsOfDuckDbThatWouldMeanSomethingElseAreRefused() {
        check(
                "SELECT len(unnest(experts)) FROM token_routing",
                SQL_NOT_SUPPORTED,
                "unnest can only be an item of a SELECT list by itself; write UNNEST in FROM.");
        check(
                "SELECT layer FROM token_routing WHERE unnest(experts) > 1",
                SQL_NOT_SUPPORTED,
                "unnest can only be an item of a SELECT list by itself; write UNNEST in FROM.");
        check(
                "SELECT unnest(experts), row_number() OVER () FROM token_routing",
                SQL_NOT_SUPPORTED,
                "A window function cannot be combined with unnest; write UNNEST in FROM.");
        check(
                "WITH RECURSIVE r(s) AS (SELECT CAST('a' AS VARCHAR) UNION ALL SELECT s || s FROM r) SELECT * FROM r",
                SQL_NOT_SUPPORTED,
                "A recursive query cannot join texts or lists to longer ones.");
    }

    @Test
    void onlyQueriesAreAnsweredAndOnlyOne() {
        check(
                "SELECT 1;\nSELECT 2",
                SQL_NOT_SUPPORTED,
                "Only one statement can be run at a time.",
                new TextRange(2, 1, 2, 6));
        check("DELETE FROM runs", SQL_READ_ONLY, "DELETE is refused: SQL can only read.", new TextRange(1, 1, 1, 16));
        check(
                "  copy runs TO 'x.csv'",
                SQL_READ_ONLY,
                "COPY is refused: SQL can only read here.",
                new TextRange(1, 3, 1, 6));
        check("EXPLAIN DELETE FROM runs", SQL_SYNTAX, "Unexpected DELETE.", new TextRange(1, 9, 1, 14));
        assertThat(Rows.of(engine, "SELECT 1 ; -- done").rows()).hasSize(1);
    }

    @Test
    void whatFailsWhileRunningIsToldWithoutInsides() {
        check(
                "SELECT CAST(subject AS INTEGER) FROM questions",
                SQL_EXECUTION,
                "Could not convert string 'algebra' to INTEGER when casting from source column subject.");
        check(
                "SELECT (SELECT question_id FROM questions)",
                SQL_EXECUTION,
                "More than one row returned by a subquery used as an expression - scalar subqueries can only return a"
                        + " single row.");
        check(
                "SELECT CAST(9223372036854775807 AS BIGINT) + CAST(run_id AS BIGINT) FROM runs",
                SQL_EXECUTION,
                "Overflow in addition of BIGINT (9223372036854775807 + 1).");
        GatehouseException memory = failure("""
                SELECT array_agg(a.token || b.token || c.token || d.token)
                FROM tokens a, tokens b, tokens c, tokens d
                """);
        assertThat(memory.code()).isEqualTo(OUT_OF_MEMORY);
        assertThat(memory).hasMessageStartingWith("The query needs more memory than it may use: ");
    }

    /** The first time a statement is prepared, and again for as long as it was not found right. */
    @Test
    void whatIsWrongWithTheTextIsSaidByTheCallEachTime() {
        for (int run = 0; run < 3; run++) {
            assertThat(calling("SELECT layr FROM activations")).isEqualTo(SQL_VALIDATION);
            assertThat(calling("SELECT factorial(CAST(run_id AS BIGINT)) FROM runs"))
                    .as("DuckDB binds no BIGINT here")
                    .isEqualTo(SQL_VALIDATION);
            assertThat(calling("SELECT 1" + "+1".repeat(180))).isEqualTo(SQL_TOO_LARGE);
        }
    }

    @Test
    void whatIsWrongWithAValueIsSaidByTheRowsEachTime() {
        String sql = "SELECT CAST(subject AS INTEGER) FROM questions";
        for (int run = 0; run < 3; run++) {
            try (QueryResult result = engine.query(sql, LIMITS)) {
                assertThat(requireNonNull(catchThrowableOfType(GatehouseException.class, result::next))
                                .code())
                        .isEqualTo(SQL_EXECUTION);
            }
        }
    }

    private ErrorCode calling(String sql) {
        return requireNonNull(catchThrowableOfType(
                        GatehouseException.class,
                        () -> engine.query(sql, LIMITS).close()))
                .code();
    }

    @Test
    void expressionsTooDeepForDuckDbAreTooLarge() {
        check(
                "SELECT 1" + "+1".repeat(180),
                SQL_TOO_LARGE,
                "The statement has expressions that are nested too deeply.");
    }

    private void check(String sql, ErrorCode code, String message, TextRange position) {
        GatehouseException failure = failure(sql);
        assertThat(failure).hasMessage(message);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.position()).contains(position);
    }

    private void check(String sql, ErrorCode code, String message) {
        GatehouseException failure = failure(sql);
        assertThat(failure).hasMessage(message);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.position()).isEmpty();
    }

    private GatehouseException failure(String sql) {
        return find(sql).orElseThrow();
    }

    /** The error of a statement, if it has one. */
    private Optional<GatehouseException> find(String sql) {
        return Optional.ofNullable(catchThrowableOfType(GatehouseException.class, () -> {
            try (QueryResult result = engine.query(sql, LIMITS)) {
                while (result.next()) {
                    result.value(0);
                }
            }
        }));
    }
}
