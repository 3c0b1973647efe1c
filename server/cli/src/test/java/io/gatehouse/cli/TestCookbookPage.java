package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.study.Rows;
import io.gatehouse.study.report.NumberText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/cookbook.md shows what its statements return on the file that its commands make. With -Dgatehouse.write.docs=true
 * the results are written anew.
 */
final class TestCookbookPage {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Path PAGE = ROOT.resolve("docs").resolve("cookbook.md");

    /** A question, its statement, and its result if it has one. */
    private static final Pattern QUESTION = Pattern.compile(
            "(?<head>### [^\n]+\\?\n```sql\n(?<sql>.*?)\n```\n\n)(?<result>(?:\\|[^\n]*\n)*)\n*", Pattern.DOTALL);

    private static final Pattern NUMBER = Pattern.compile("-?\\d[\\d,]*(?:\\.\\d+)?(?:e[+-]?\\d+)?");

    /** Another processor may add up in another order, and send a token with a tiny margin to another expert. */
    private static final double ROUNDING = 0.0011;

    private static final double RELATIVE = 0.002;

    @TempDir
    private Path directory;

    @Test
    void resultsAreThoseOfTheStatements() throws Exception {
        String page = Files.readString(PAGE);
        Path file = directory.resolve("sample.duckdb");
        List<String> commands =
                page.lines().filter(line -> line.startsWith("./gatehouse ")).toList();
        assertThat(commands).hasSize(6);
        for (String command : commands) {
            run(command, file);
        }
        String answered;
        try (Store store = Store.open(file);
                QueryEngine engine = new QueryEngine(store)) {
            answered = answered(page, engine);
        }
        if (Boolean.getBoolean("gatehouse.write.docs")) {
            Files.writeString(PAGE, answered);
        }
        String written = Files.readString(PAGE);
        assertThat(shape(written))
                .as("docs/cookbook.md is stale; write it with -Dtest=TestCookbookPage -Dgatehouse.write.docs=true")
                .isEqualTo(shape(answered));
        double[] expected = numbers(answered);
        double[] numbers = numbers(written);
        for (int i = 0; i < expected.length; i++) {
            assertThat(numbers[i])
                    .as("number %d of docs/cookbook.md, near %s", i, place(written, i))
                    .isCloseTo(expected[i], within(ROUNDING + RELATIVE * Math.abs(expected[i])));
        }
    }

    @Test
    void hasAsManyQuestionsAsItSays() throws Exception {
        String page = Files.readString(PAGE);
        assertThat(QUESTION.matcher(page).results().count()).isEqualTo(40);
        assertThat(page.lines().filter(line -> line.startsWith("### "))).hasSize(40);
        assertThat(page).contains("Forty questions");
    }

    private static void run(String command, Path file) {
        String[] words = Stream.of(command.replace("./gatehouse ", "").split(" ", -1))
                .map(word -> word.equals("sample.duckdb") ? file.toString() : word)
                .map(word -> word.startsWith("core/") ? ROOT.resolve(word).toString() : word)
                .toArray(String[]::new);
        CommandOutcome outcome = CommandOutcome.of(words);
        assertThat(outcome.exitCode()).as("%s: %s", command, outcome.err()).isZero();
    }

    private static String answered(String page, QueryEngine engine) {
        return QUESTION.matcher(page)
                .replaceAll(question -> Matcher.quoteReplacement(
                        group(question, "head") + table(Rows.of(engine, group(question, "sql"))) + "\n"));
    }

    private static String group(MatchResult question, String name) {
        return question.group(List.of("head", "sql", "result").indexOf(name) + 1);
    }

    private static String table(Rows result) {
        assertThat(result.rows()).as("%s", result.columns()).hasSizeBetween(1, 12);
        StringBuilder table = new StringBuilder(line(result.columns()));
        table.append(line(result.columns().stream().map(column -> "---").toList()));
        result.rows()
                .forEach(row ->
                        table.append(line(row.stream().map(NumberText::of).toList())));
        return table.toString();
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String shape(String page) {
        return NUMBER.matcher(page).replaceAll("0");
    }

    private static double[] numbers(String page) {
        return NUMBER.matcher(page)
                .results()
                .mapToDouble(number -> Double.parseDouble(number.group().replace(",", "")))
                .toArray();
    }

    private static String place(String page, int index) {
        MatchResult number =
                NUMBER.matcher(page).results().skip(index).findFirst().orElseThrow();
        return page.substring(Math.max(0, number.start() - 60), number.end());
    }
}
