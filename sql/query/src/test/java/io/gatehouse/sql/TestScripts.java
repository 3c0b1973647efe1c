package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.sql.Script;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Files;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The scripts in resources/sql: what Gatehouse accepts gives what it gives in DuckDB, and what it refuses it refuses
 * with what to write instead. {@code -Dgatehouse.test.script=joins.iq} runs one of them; with
 * {@code -Dgatehouse.test.write=true} they are written anew.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestScripts {
    private static final int MAX_SHOWN = 8;
    private static final int MAX_WIDTH = 40;

    private RoutingFile file;
    private Connection duckDb;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        duckDb = file.reader();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        duckDb.close();
        file.close();
    }

    @Test
    void everyStatementGivesWhatItsScriptSays() throws Exception {
        int accepted = 0;
        SoftAssertions assertions = new SoftAssertions();
        for (String feature : Script.chosen()) {
            StringBuilder written = new StringBuilder();
            for (Script.Block block : Script.read(feature).blocks()) {
                String printed = block.command().equals("!refused")
                        ? refused(assertions, block)
                        : accepted(assertions, feature, block);
                accepted += block.command().equals("!ok") ? 1 : 0;
                assertions
                        .assertThat(block.printed())
                        .as("%s: %s", feature, block.sql())
                        .isEqualTo(printed);
                written.append(block.text(printed));
            }
            if (Boolean.getBoolean("gatehouse.test.write")) {
                Files.writeString(Script.source(feature), written.toString().stripTrailing() + "\n");
            }
        }
        if (!Boolean.getBoolean("gatehouse.test.write")) {
            assertions.assertAll();
        }
        assertThat(accepted)
                .as("statements compared with DuckDB")
                .isGreaterThanOrEqualTo(Script.chosen().equals(Script.FEATURES) ? 600 : 0);
    }

    private String refused(SoftAssertions assertions, Script.Block block) {
        Throwable failure = catchThrowable(() -> Rows.of(engine, block.sql()));
        if (failure instanceof GatehouseException refusal) {
            assertions.assertThat(refusal.code().category()).as(block.sql()).isEqualTo(ErrorCategory.USER);
            return refusal.code().sqlState() + ": " + refusal.getMessage();
        }
        assertions
                .assertThat(failure)
                .as("what works belongs to the script of its feature: %s", block.sql())
                .isInstanceOf(GatehouseException.class);
        return String.valueOf(failure);
    }

    private String accepted(SoftAssertions assertions, String feature, Script.Block block) throws Exception {
        List<String> names = new ArrayList<>();
        Rows actual;
        try {
            actual = Rows.of(engine, block.sql(), names);
        } catch (GatehouseException e) {
            return e.code().sqlState() + ": " + e.getMessage();
        }
        Rows shown = ordered(block.sql()) ? actual : actual.sorted();
        if (block.command().equals("!ok")) {
            Rows expected = Rows.of(duckDb, block.duckDb().isEmpty() ? block.sql() : block.duckDb());
            assertions
                    .assertThat(shown.withoutWidths())
                    .as("%s: %s", feature, block.sql())
                    .isEqualTo((ordered(block.sql()) ? expected : expected.sorted()).withoutWidths());
        }
        return print(names, shown.rows());
    }

    private static String print(List<String> names, List<List<@Nullable Object>> rows) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(names.stream().map(TestScripts::cell).toList());
        rows.stream()
                .limit(MAX_SHOWN)
                .map(row -> row.stream().map(TestScripts::cell).toList())
                .forEach(cells::add);
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < cells.size(); row++) {
            StringBuilder line = new StringBuilder();
            StringBuilder rule = new StringBuilder();
            for (int column = 0; column < names.size(); column++) {
                int at = column;
                int width = cells.stream()
                        .mapToInt(cell -> cell.get(at).length())
                        .max()
                        .orElse(0);
                String value = cells.get(row).get(column);
                line.append(column == 0 ? " " : " | ").append(value).append(" ".repeat(width - value.length()));
                rule.append(column == 0 ? "" : "+").append("-".repeat(width + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
            text.append(row == 0 ? rule + "\n" : "");
        }
        String count = rows.size() == 1 ? "(1 row)" : "(%d rows)".formatted(rows.size());
        return text.append(rows.size() > MAX_SHOWN ? " …\n" : "").append(count).toString();
    }

    private static String cell(@Nullable Object value) {
        String text = String.valueOf(value).replace("\n", "\\n").replace("null", "NULL");
        return text.length() <= MAX_WIDTH ? text : text.substring(0, MAX_WIDTH - 1) + "…";
    }

    /** Whether an ORDER BY stands outside all parentheses. */
    private static boolean ordered(String sql) {
        return sql.toUpperCase(Locale.ROOT).matches("(?s).*ORDER BY [^)]*");
    }
}
