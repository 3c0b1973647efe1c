package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every example of docs/store.md, in order. */
final class TestStorePage {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Pattern EXAMPLES = Pattern.compile("```(sh|sql)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern WORDS = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    @TempDir
    private Path directory;

    @Test
    void showsWhatWorks() throws Exception {
        Matcher examples = EXAMPLES.matcher(Files.readString(ROOT.resolve("docs/store.md")));
        int commands = 0;
        int queries = 0;
        while (examples.find()) {
            if (examples.group(1).equals("sql")) {
                ask(examples.group(2));
                queries++;
            } else {
                for (String line : examples.group(2).lines().toList()) {
                    run(line);
                    commands++;
                }
            }
        }
        assertThat(commands).isGreaterThan(8);
        assertThat(queries).isEqualTo(1);
    }

    private void run(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORDS.matcher(line);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : inPlace(word.group(2)));
        }
        assertThat(words.get(0)).as(line).isEqualTo("./gatehouse");
        CommandOutcome outcome =
                CommandOutcome.of(words.subList(1, words.size()).toArray(String[]::new));
        assertThat(outcome.exitCode()).as("%s%n%s", line, outcome.err()).isZero();
        assertThat(outcome.out()).as(line).isNotBlank();
    }

    private void ask(String sql) throws Exception {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet rows =
                        statement.executeQuery(sql.replace("'routing-parquet", "'" + inPlace("routing-parquet")))) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getDouble("nats")).isPositive();
        }
    }

    private String inPlace(String word) {
        if (word.startsWith("core/sample/")) {
            return ROOT.resolve(word).toString();
        }
        return word.startsWith("routing") ? directory.resolve(word).toString() : word;
    }
}
