package io.gatehouse.testing.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A script in the form of Quidem: comments after {@code #}, statements that end with a semicolon, what each gives, and a
 * command that says what is meant by that. {@code !ok}: the same rows and types as DuckDB, of which the first are shown.
 * {@code !gatehouse}: these rows, without asking DuckDB. {@code !refused}: this SQLSTATE and message. A line {@code
 * !duckdb} before {@code !ok} is what DuckDB is asked instead. The scripts are those of {@code sql/query}.
 */
public record Script(String file, List<Block> blocks) {
    /** Names of all scripts. */
    public static final List<String> FEATURES = List.of(
            "select.iq",
            "names.iq",
            "aggregates.iq",
            "windows.iq",
            "joins.iq",
            "sets.iq",
            "subqueries.iq",
            "nesting.iq",
            "nulls.iq",
            "lists.iq",
            "strings.iq",
            "numbers.iq",
            "precedence.iq",
            "dates.iq",
            "types.iq",
            "values.iq",
            "functions.iq",
            "zones-and-orders.iq",
            "duckdb-forms.iq",
            "dialect.iq",
            "standard-forms.iq",
            "corners.iq",
            "random.iq",
            "routing.iq",
            "portable.iq",
            "refused.iq",
            "hostile.iq",
            "reported.iq");

    static final Path FOLDER =
            Path.of(System.getProperty("gatehouse.root", ".."), "sql", "query", "src", "test", "resources", "sql");

    /** One statement, what stands before it, and what it is said to give. */
    public record Block(List<String> before, String sql, String printed, String duckDb, String command) {
        /** Returns the block as text, with another result. */
        public String text(String nowPrinted) {
            StringBuilder text = new StringBuilder();
            before.forEach(line -> text.append(line).append('\n'));
            text.append(sql).append(";\n").append(nowPrinted).append('\n');
            text.append(duckDb.isEmpty() ? "" : "!duckdb " + duckDb + "\n");
            return text.append(command).append("\n\n").toString();
        }
    }

    /** Names of the scripts that a test runs: one if {@code -Dgatehouse.test.script} names it, all otherwise. */
    public static List<String> chosen() {
        return Optional.ofNullable(System.getProperty("gatehouse.test.script"))
                .map(List::of)
                .orElse(FEATURES);
    }

    public static Script read(String file) throws IOException {
        Reader reader = new Reader();
        Files.readString(source(file)).lines().forEach(reader::line);
        return new Script(file, reader.blocks);
    }

    /** Returns the path of a script in the source tree. */
    public static Path source(String file) {
        return FOLDER.resolve(file);
    }

    public List<String> statements() {
        return blocks.stream().map(Block::sql).toList();
    }

    private static final class Reader {
        private final List<Block> blocks = new ArrayList<>();
        private final List<String> before = new ArrayList<>();
        private final StringBuilder sql = new StringBuilder();
        private final StringBuilder printed = new StringBuilder();
        private String duckDb = "";
        private boolean ended;

        private void line(String line) {
            if (!ended) {
                statement(line);
            } else if (line.startsWith("!duckdb ")) {
                duckDb = line.substring("!duckdb ".length());
            } else if (line.startsWith("!")) {
                blocks.add(new Block(
                        List.copyOf(before), sql.toString(), printed.toString().stripTrailing(), duckDb, line));
                before.clear();
                sql.setLength(0);
                printed.setLength(0);
                duckDb = "";
                ended = false;
            } else {
                printed.append(line).append('\n');
            }
        }

        private void statement(String line) {
            if (sql.isEmpty() && (line.isBlank() || line.startsWith("#"))) {
                if (!line.isBlank()) {
                    before.add(line);
                }
                return;
            }
            ended = line.endsWith(";");
            sql.append(sql.isEmpty() ? "" : "\n").append(ended ? line.substring(0, line.length() - 1) : line);
        }
    }
}
