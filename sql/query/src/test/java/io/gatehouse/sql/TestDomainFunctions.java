package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.schema.DomainFunction;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.special.Erf;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestDomainFunctions {
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

    /** Newcombe 1998, table I, method 3: 81 of 263 and 15 of 148. */
    @Test
    void wilsonGivesThePublishedIntervals() {
        List<@Nullable Object> row =
                row("SELECT wilson_low(81, 263), wilson_high(81, 263), wilson_low(15, 148), wilson_high(15, 148)");
        double[] published = {0.2553, 0.3662, 0.0624, 0.1605};
        for (int i = 0; i < published.length; i++) {
            assertThat((Double) row.get(i)).isCloseTo(published[i], within(0.00005));
        }
        assertThat(row("SELECT wilson_low(0, 10), wilson_high(10, 10), wilson_low(0, 0), wilson_high(NULL, 3)"))
                .containsExactly(0.0, 1.0, null, null);
    }

    /** Against Hipparchus, from 0 to where a double ends, and either side. */
    @Test
    void twoSidedPIsTheTailOfTheNormal() {
        for (double z = -38; z <= 38; z += 0.37) {
            double expected = Erf.erfc(Math.abs(z) / Math.sqrt(2));
            assertThat((Double) row("SELECT two_sided_p(%se0)".formatted(z)).get(0))
                    .as("z = %s", z)
                    .isCloseTo(expected, withinPercentage(Math.abs(z) < 3 ? 1e-10 : 1e-6));
        }
        assertThat(row("SELECT two_sided_p(0), two_sided_p(NULL)")).containsExactly(1.0, null);
    }

    /** 30 of 100 against 45 of 100: pooled 0.375, standard error sqrt(0.375 * 0.625 * 0.02) = 0.068465. */
    @Test
    void twoProportionsArePooled() {
        List<@Nullable Object> row = row("SELECT two_proportion_z(30, 100, 45, 100), two_proportion_z(0, 5, 0, 7)");
        assertThat((Double) row.get(0)).isCloseTo(-2.190890, within(1e-6));
        assertThat(row.get(1)).isNull();
    }

    @Test
    void entropyAndShareAreOfTheirLargest() {
        assertThat(row("SELECT normalised_entropy(ln(64), 64), normalised_entropy(0, 64), normalised_entropy(0, 1)"))
                .containsExactly(1.0, 0.0, null);
        String sql = "SELECT subject, share(count(*)) AS s FROM questions GROUP BY subject ORDER BY subject";
        assertThat(Rows.of(engine, sql).rows())
                .hasSize(3)
                .allSatisfy(row -> assertThat((Double) row.get(1)).isCloseTo(1.0 / 3, within(1e-15)));
    }

    @Test
    void tokensAreClassedByTheirText() {
        Map<String, List<String>> tokens = new LinkedHashMap<>();
        tokens.put("word", List.of("router", " Expert", "n't", "'s", "’re", " well-known", " größe", "専門家", "é"));
        tokens.put("digit", List.of("7", " 42", "٣"));
        tokens.put("punctuation", List.of(".", " (", "?\n\n", "...", "),", ".\"", "€", " “"));
        tokens.put("space", List.of(" ", "\n\n", "\t", ""));
        tokens.put("code", List.of("==", "x_1", "();", "->", "utf8", " self._"));
        tokens.put("special", List.of("<|endoftext|>", "<s>", "</s>", "<bos>", "<｜begin▁of▁sentence｜>"));
        tokens.put("other", List.of("\uFFFD", " \uFFFD\uFFFD"));
        tokens.forEach((expected, texts) -> {
            for (String text : texts) {
                String sql = "SELECT token_class('%s')".formatted(text.replace("'", "''"));
                assertThat(row(sql)).as("'%s'", text).containsExactly(expected);
            }
        });
        assertThat(row("SELECT token_class(NULL)")).containsExactly((Object) null);
        assertThat(Rows.of(engine, "SELECT token_class(token) AS class, count(*) FROM tokens GROUP BY class")
                        .rows())
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.get(0)).isNotNull());
    }

    @Test
    void hotSetsHaveTheFirstVerdictThatApplies() {
        assertThat(row("SELECT hot_set_verdict(0.6, 0.7, 0.25, 19.9), hot_set_verdict(0.6, 0.9, 0.25, 20)"))
                .containsExactly("too few tokens", "overfitted");
        assertThat(row("SELECT hot_set_verdict(0.27, 0.3, 0.25, 20), hot_set_verdict(0.28, 0.3, 0.25, 20)"))
                .containsExactly("no gain", "gain");
        assertThat(row("SELECT hot_set_verdict(NULL, 0.3, 0.25, 20)")).containsExactly((Object) null);
    }

    @Test
    void aWrongCallIsToldWithTheArguments() {
        assertThatThrownBy(() -> row("SELECT wilson_low(1) FROM runs"))
                .isInstanceOfSatisfying(GatehouseException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.SQL_VALIDATION);
                    assertThat(failure).hasMessage("wilson_low(successes, n) takes 2 arguments, not 1.");
                    assertThat(failure.position().orElseThrow().column()).isEqualTo(8);
                });
    }

    @Test
    void functionsAreDescribed() {
        assertThat(row("DESCRIBE FUNCTION Share"))
                .containsExactly(
                        "share",
                        "share(value)",
                        "A value as a share of the sum over all rows of the result, 0 to 1; NULL where the sum is 0.");
        assertThat(row("DESCRIBE FUNCTION list_contains"))
                .containsExactly("list_contains", "list_contains(list, x)", "Whether x is an element.");
        assertThatThrownBy(() -> row("DESCRIBE FUNCTION read_csv")).hasMessage("SQL cannot read files.");
        assertThatThrownBy(() -> row("DESCRIBE FUNCTION nothing_like_it"))
                .hasMessage("Function 'nothing_like_it' does not exist.");
    }

    /** The file has the same functions as macros: whoever opens it with DuckDB's own tools gets the same numbers. */
    @Test
    void macrosOfTheFileGiveTheSame(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("a.duckdb");
        String rows =
                "(VALUES (0, 10, 3, 12), (3, 7, 1, 9), (7, 7, 0, 5), (NULL, 3, 2, 4), (1, NULL, 1, 2), (2, 40, 5, 6.5)) AS t(a, b, c, d)";
        List<String> calls = DomainFunction.all().stream()
                .map(function -> "%s(%s)"
                        .formatted(
                                function.name(),
                                String.join(
                                        ", ",
                                        List.of("a", "b", "c", "d")
                                                .subList(0, function.arguments().size()))))
                .toList();
        String sql = "SELECT %s FROM %s".formatted(String.join(", ", calls), rows);
        Rows expected;
        try (Store store = Store.create(path);
                QueryEngine ofFile = new QueryEngine(store)) {
            expected = Rows.of(ofFile, sql);
        }
        assertThat(expected.rows()).hasSize(6).anySatisfy(row -> assertThat(row).doesNotContainNull());
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:" + path)) {
            assertThat(Rows.of(duckDb, sql)).isEqualTo(expected);
        }
    }

    private List<@Nullable Object> row(String sql) {
        return Rows.of(engine, sql).rows().get(0);
    }
}
