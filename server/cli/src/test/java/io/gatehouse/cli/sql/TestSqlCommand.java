package io.gatehouse.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.cli.CommandOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Asks a file that a run of the sample model made. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestSqlCommand {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    private String database = "";

    @BeforeAll
    void answerSomeQuestions(@TempDir Path directory) {
        database = directory.resolve("sample.duckdb").toString();
        String model = SAMPLE.resolve("model").toString();
        String quiz = SAMPLE.resolve("quiz").toString();
        CommandOutcome run =
                CommandOutcome.of("run", "--model", model, "--quiz", quiz, "--db", database, "--limit", "52");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).containsPattern("Questions answered +52\n");
    }

    @Test
    void printsATable() {
        CommandOutcome outcome = sql("SELECT subject, COUNT(*) AS n FROM questions GROUP BY subject ORDER BY subject");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).startsWith("  subject ").containsPattern("\n  parity +4\n");
        assertThat(outcome.out()).containsPattern("\n13 rows, [0-9.]+ s\n$");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void printsCsv() {
        CommandOutcome outcome = CommandOutcome.of(
                "sql", "--db", database, "--format", "csv", "-c", "SELECT 'a,b' AS x, 1.5 AS y, NULL AS z");
        assertThat(outcome.out()).isEqualTo("x,y,z\r\n\"a,b\",1.5,\r\n");
        assertThat(outcome.err()).startsWith("1 row, ");
    }

    @Test
    void printsCsvWithTheValuesAsTheyAre() {
        String sql = "SELECT * FROM (VALUES ('-'), ('=1+1'), ('+'), ('@x'), (' -')) AS t(token)";
        CommandOutcome plain = CommandOutcome.of("sql", "--db", database, "--format", "csv", "-c", sql);
        assertThat(plain.out().lines()).containsExactly("token", "-", "=1+1", "+", "@x", " -");
        CommandOutcome forSpreadsheets =
                CommandOutcome.of("sql", "--db", database, "--format", "csv", "--csv-for-spreadsheets", "-c", sql);
        assertThat(forSpreadsheets.out().lines()).containsExactly("token", "'-", "'=1+1", "'+", "'@x", " -");
    }

    @Test
    void printsJson() throws IOException {
        CommandOutcome outcome = CommandOutcome.of(
                "sql", "--db", database, "--format", "json", "-c", "SELECT COUNT(*) AS n FROM answers");
        JsonNode rows = new ObjectMapper().readTree(outcome.out());
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).get("n").asInt()).isEqualTo(52);
    }

    @Test
    void printsTimesAndListsOfThemAsJson() throws IOException {
        CommandOutcome outcome = CommandOutcome.of(
                "sql",
                "--db",
                database,
                "--format",
                "json",
                "-c",
                "SELECT TIME '10:20:30' AS t, ARRAY[DATE '2026-01-02', NULL] AS d, CURRENT_TIMESTAMP AS now");
        JsonNode row = new ObjectMapper().readTree(outcome.out()).get(0);
        assertThat(row.get("t").asText()).isEqualTo("10:20:30");
        assertThat(row.get("d").toString()).isEqualTo("[\"2026-01-02\",null]");
        assertThat(row.get("now").isTextual()).isTrue();
    }

    @Test
    void saysWhenRowsAreLeftOut() {
        CommandOutcome outcome =
                CommandOutcome.of("sql", "--db", database, "--limit", "2", "-c", "SELECT * FROM experts");
        assertThat(outcome.out()).contains("\n2 rows, more rows omitted (--limit)");
    }

    @Test
    void showsWhereAnErrorIs() {
        CommandOutcome outcome = sql("SELECT layr FROM experts");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("  SELECT layr FROM experts\n         ^^^^\nerror: ")
                .contains("layr");
    }

    @Test
    void refusesToWrite() {
        CommandOutcome outcome = sql("DELETE FROM answers");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(sql("SELECT COUNT(*) AS n FROM answers").out()).contains("52");
    }

    @Test
    void aFileThatIsNotThere() {
        CommandOutcome outcome = CommandOutcome.of("sql", "--db", database + ".no", "-c", "SELECT 1");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("error: ").contains(".no").hasLineCount(1);
    }

    @Test
    void runsAFileUpToTheFirstThatFails(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("statements.sql");
        Files.writeString(file, "SELECT 1 AS one; -- a comment; with a semicolon\nSELECT nothing;\nSELECT 3 AS three;");
        CommandOutcome stopped = CommandOutcome.of("sql", "--db", database, "-f", file.toString());
        assertThat(stopped.exitCode()).isEqualTo(1);
        assertThat(stopped.out()).contains("one").doesNotContain("three");
        assertThat(stopped.err()).contains("SELECT nothing").contains("error: Column 'nothing' not found");
        CommandOutcome whole = CommandOutcome.of("sql", "--db", database, "--keep-going", "-f", file.toString());
        assertThat(whole.exitCode()).isEqualTo(1);
        assertThat(whole.out()).contains("one").contains("three");
        assertThat(whole.err()).contains("error: Column 'nothing' not found");
    }

    @Test
    void writesParquetIntoAFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("rows.parquet");
        String query = "SELECT subject, count(*) AS n FROM questions GROUP BY ALL";
        CommandOutcome outcome = CommandOutcome.of(
                "sql", "--db", database, "--format", "parquet", "--output", file.toString(), "-c", query);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).startsWith("13 rows in " + file);
        try (var duckDb = DriverManager.getConnection("jdbc:duckdb:");
                var rows = duckDb.createStatement().executeQuery("SELECT sum(n) FROM '%s'".formatted(file))) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(52);
        }
        assertThat(CommandOutcome.of("sql", "--db", database, "--format", "parquet", "-c", query)
                        .err())
                .startsWith("error: Parquet is written to a file");
    }

    @Test
    void writesRowsIntoAFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("rows.csv");
        CommandOutcome outcome = CommandOutcome.of(
                "sql", "--db", database, "--format", "csv", "--output", file.toString(), "-c", "SELECT 1 AS x");
        assertThat(outcome.out()).startsWith("1 row in " + file);
        assertThat(Files.readString(file)).isEqualTo("x\r\n1\r\n");
    }

    private CommandOutcome sql(String statement) {
        return CommandOutcome.of("sql", "--db", database, "-c", statement);
    }
}
