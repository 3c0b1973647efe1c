package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.client.Relation;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.sql.Script;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The scripts of the SQL module on Spark: what Gatehouse accepts gives the same rows there. What does not is listed with
 * the reason.
 */
@ExtendWith(RoutingOnSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestScriptsOnSpark {
    private final QueryEngine duckDb;
    private final RemoteEngine spark;

    TestScriptsOnSpark(RoutingOnSpark.Served routing) {
        duckDb = new QueryEngine(routing.file()::reader);
        spark = RemoteEngine.connect(routing.address(), routing.directory());
    }

    @AfterAll
    void close() {
        spark.close();
        duckDb.close();
    }

    /**
     * One of so many statements, chosen by their texts, so that a new one leaves the others as they were; with
     * {@code -Dgatehouse.test.spark.every=1} all of them, with {@code -Dgatehouse.test.script=NAME} of one script.
     */
    @Test
    void statementsGiveTheSameRows() throws Exception {
        int every = Integer.getInteger("gatehouse.test.spark.every", 25);
        Set<String> known =
                Set.copyOf(RoutingFile.resource("/spark/different.txt").lines().toList());
        int asked = 0;
        List<String> different = new ArrayList<>();
        List<String> report = new ArrayList<>();
        for (String feature : Script.chosen()) {
            for (Script.Block block : Script.read(feature).blocks()) {
                if (block.command().equals("!refused")
                        || Math.floorMod(block.sql().hashCode(), every) != 0) {
                    continue;
                }
                asked++;
                String difference = difference(block.sql());
                if (!difference.isEmpty()) {
                    different.add(block.sql());
                    report.add("%s: %s\n    %s".formatted(feature, block.sql(), difference));
                }
            }
        }
        Files.write(Path.of("target", "different.txt"), report);
        assertThat(different).isSubsetOf(known);
        if (every == 1) {
            assertThat(asked - different.size()).isGreaterThanOrEqualTo(asked * 85 / 100);
        }
    }

    /** Its regular expressions are those of another library there. */
    @Test
    void tokensAreClassedAlike() {
        assertThat(difference("""
                        SELECT t, token_class(t) AS class
                        FROM (VALUES ('router'), (' größe'), ('n''t'), (' 42'), ('٣'), (').'), ('...'), (' '), ('\n'), (''),
                            ('=='), ('x_1'), ('();'), ('<|endoftext|>'), ('</s>'), ('�'), ('専門家'), ('€')) AS v(t)
                        ORDER BY t
                        """)).isEmpty();
        assertThat(difference(
                        "SELECT token_class(token) AS class, count(*) AS n FROM tokens GROUP BY class ORDER BY class"))
                .isEmpty();
    }

    /** An aggregate that a rollup answers reads it there, too. */
    @Test
    void rewritesOntoRollups() {
        Rows explained = Rows.of(spark.engine(), "EXPLAIN SELECT layer, count(*) AS n FROM activations GROUP BY layer");
        assertThat(explained.rows().get(1)).containsExactly("rollup", "layer_usage");
        assertThat(explained.rows().get(2).get(0)).isEqualTo("spark_sql");
        assertThat(String.valueOf(explained.rows().get(2).get(1))).contains("FROM `layer_usage`");
    }

    /** The runs and the subjects of the file are asked of Spark. */
    @Test
    void refusesArgumentsThatTheFileDoesNotHave() {
        assertThatThrownBy(() -> Rows.of(spark.engine(), "SELECT * FROM experts_of_subject(1, 'prompt', 'chemie', 3)"))
                .hasMessage(
                        "subject of experts_of_subject is 'chemie', and the file has no such subject; did you mean 'Chemie'?");
        assertThatThrownBy(() -> Rows.of(spark.engine(), "SELECT * FROM top_experts(99, 'prompt', 1)"))
                .hasMessageStartingWith("run of top_experts is 99, and the file has no such run");
    }

    /**
     * Each of them is planned. Those with forms of their own are run as well, and with
     * {@code -Dgatehouse.test.spark.every=1} those that take Spark long.
     */
    @Test
    void saysEveryRelation() {
        List<String> run = List.of(
                "answer_difference",
                "norm_gate_ranks",
                "run_accuracy",
                "expert_notes",
                "question_answers",
                "masked_experts",
                "expert_utilisation",
                "tokens_of_question(1, 3, 1)");
        List<String> planned = List.of(
                "subject_accuracy",
                "utilisation_difference",
                "subject_answer_difference",
                "entropy_of_subject(1, 'prompt', 'Chemie')",
                "coactivation_of_subject(1, 'prompt', 'Chemie')",
                "transitions_of_subject(1, 'prompt', 'Chemie')",
                "utilisation_difference_of_subject(1, 2, 'last_prompt', 'Chemie')",
                "run_difference_of_subject(1, 2, 'last_prompt', 'Chemie')",
                "nearest_questions(1, 3, 'top_k', 5)",
                "reliability",
                "hot_set(1, 'prompt', 2, 2)",
                "hot_set_of_model(1, 'prompt', 6, 2)",
                "subject_hot_set(1, 'prompt', 2)",
                "cache_route(1, 'prompt', 2, 1, 4)",
                "routing_mismatch(1, 2)",
                "token_mismatch(1, 2)",
                "contrast(1, 'last_prompt', 'right', 'last_prompt', 'wrong')");
        List<String> unsaid = new ArrayList<>();
        Stream.concat(
                        spark.engine().catalog().relations().stream().map(Relation::name),
                        Stream.concat(run.stream(), planned.stream()))
                .forEach(relation -> {
                    try {
                        Rows.of(spark.engine(), "EXPLAIN SELECT * FROM " + relation);
                    } catch (GatehouseException e) {
                        unsaid.add(relation + ": " + e.getMessage());
                    }
                });
        assertThat(unsaid).isEmpty();
        Stream<String> slow =
                Integer.getInteger("gatehouse.test.spark.every", 25) == 1 ? planned.stream() : Stream.of();
        Stream.concat(run.stream(), slow)
                .forEach(relation -> assertThat(difference("SELECT * FROM " + relation))
                        .as(relation)
                        .isEmpty());
    }

    /**
     * The statements of the reports are planned, but for replays of caches, calibration sets, placements, predictions and the stale gate, and for
     * the sentences of unused: they read unused_rarefaction twice, which makes a longer statement than is taken. With
     * {@code -Dgatehouse.test.spark.every=1} they are run as well.
     */
    @Test
    void saysTheFiguresOfReports() throws Exception {
        int refused = 0;
        List<String> tooLong = new ArrayList<>();
        List<String> different = new ArrayList<>();
        for (String statement : figures()) {
            try {
                Rows.of(spark.engine(), "EXPLAIN " + statement);
                if (Integer.getInteger("gatehouse.test.spark.every", 25) == 1) {
                    String difference = difference(statement);
                    if (!difference.isEmpty()) {
                        different.add(statement + ": " + difference);
                    }
                }
            } catch (GatehouseException e) {
                String message = String.valueOf(e.getMessage());
                if (message.startsWith("The statement is too long")) {
                    tooLong.add(statement);
                } else if (message.startsWith("The replay of a cache")
                        || message.startsWith("The prediction of experts")
                        || message.startsWith("The score of a stale gate")
                        || message.startsWith("The placement of experts")
                        || message.startsWith("The search for calibration questions")) {
                    refused++;
                } else {
                    different.add(statement + ": " + message);
                }
            }
        }
        assertThat(different).isEmpty();
        assertThat(tooLong).singleElement().asString().contains("AS unused_at_half");
        assertThat(refused)
                .as("cache, calibration, loads, placement, prediction and stale_gate have two statements each")
                .isEqualTo(12);
    }

    /** For run 1, with the tokens of its prompts as those that are decoded. */
    private static List<String> figures() throws Exception {
        Path folder = Path.of(System.getProperty("gatehouse.root", "."))
                .resolve("sql/study/src/main/resources/io/gatehouse/study/figures");
        List<String> statements = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String body = Files.readString(file)
                        .lines()
                        .dropWhile(line -> line.startsWith("--"))
                        .collect(Collectors.joining("\n"));
                for (String statement : body.split(";(\n|$)", -1)) {
                    if (!statement.isBlank()) {
                        statements.add(statement.replace(":run_id", "1").replace(":decoded", "prompt"));
                    }
                }
            }
        }
        return statements;
    }

    @Test
    void refusesByNameWhatSparkHasNot() {
        assertThatThrownBy(() -> Rows.of(spark.engine(), "SELECT jaccard(subject, answer) FROM questions"))
                .isInstanceOfSatisfying(GatehouseException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.SQL_NOT_SUPPORTED);
                    assertThat(refusal).hasMessage("jaccard is not available on Spark.");
                });
        String replay = "SELECT * FROM serve_plan(1, 'prompt', 'layer', 'lru', 1, 1, 1)";
        assertThatThrownBy(() -> Rows.of(spark.engine(), replay))
                .hasMessage("The replay of a cache, as in expert_cache, is not available on Spark.");
        String predicted = "SELECT * FROM predictability(1, 'prompt')";
        assertThatThrownBy(() -> Rows.of(spark.engine(), predicted))
                .hasMessage("The prediction of experts, as in predictability, is not available on Spark.");
        String stale = "SELECT * FROM stale_gate(1, 'prompt')";
        assertThatThrownBy(() -> Rows.of(spark.engine(), stale))
                .hasMessage("The score of a stale gate, as in stale_gate, is not available on Spark.");
        String inBytes = "SELECT * FROM expert_cache_in_bytes(1, 1, 'model', 'lru')";
        assertThatThrownBy(() -> Rows.of(spark.engine(), inBytes))
                .hasMessage("The replay of a cache, as in expert_cache, is not available on Spark.");
        String groups = "SELECT * FROM merge_groups(1, 'prompt', 0, 'router', 2)";
        assertThatThrownBy(() -> Rows.of(spark.engine(), groups))
                .hasMessage("The grouping of experts, as in merge_groups, is not available on Spark.");
        String calibration = "SELECT * FROM calibration_questions(1, 'prompt', 4)";
        assertThatThrownBy(() -> Rows.of(spark.engine(), calibration))
                .hasMessage(
                        "The search for calibration questions, as in calibration_questions, is not available on Spark.");
        String placement = "SELECT * FROM placement(1, 'prompt', 2, 8, 1)";
        assertThatThrownBy(() -> Rows.of(spark.engine(), placement))
                .hasMessage("The placement of experts, as in placement_map, is not available on Spark.");
    }

    @Test
    void failsWhereDuckDbDoes() {
        for (QueryEngine engine : List.of(duckDb, spark.engine())) {
            assertThatThrownBy(() -> Rows.of(engine, "SELECT factorial(question_id - 100) AS f FROM questions"))
                    .isInstanceOfSatisfying(
                            GatehouseException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SQL_EXECUTION));
        }
    }

    @Test
    void hasTheNumbersThatDuckDbHas() {
        assertThat(
                        difference(
                                "SELECT sqrt(x) AS a, ln(x) AS b, log2(x) AS c, log10(x) AS d, log(x) AS e, asin(x * 2) AS f,"
                                        + " acos(x * 2) AS g FROM (SELECT question_id - 1 AS x FROM questions) AS q ORDER BY x"))
                .isEmpty();
    }

    /** By what a cast has rounded to 0, too. */
    @Test
    void dividesAsDuckDbDoes() {
        assertThat(difference("SELECT ordinal / CAST(nullif(question_id * 0.3, 0) AS INTEGER) AS x FROM questions"
                        + " ORDER BY question_id"))
                .isEmpty();
    }

    private String difference(String sql) {
        Rows expected = Rows.of(duckDb, sql);
        try {
            Rows actual = Rows.of(spark.engine(), sql);
            return SameRows.difference(expected, actual, ordered(sql));
        } catch (GatehouseException e) {
            return e.code() + ": " + e.getMessage();
        }
    }

    /** Whether an ORDER BY stands outside all parentheses. */
    private static boolean ordered(String sql) {
        return sql.toUpperCase(Locale.ROOT).matches("(?s).*ORDER BY [^)]*");
    }
}
