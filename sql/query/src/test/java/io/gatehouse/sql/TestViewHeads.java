package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.client.Column;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the head of a view says of it is true. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestViewHeads {
    private static final List<String> SECTIONS =
            List.of("Group", "Order", "Title", "Definition", "Formula", "Source", "Version", "Example", "Picture");

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

    @Test
    void columnsAreThoseOfTheQuery() {
        for (AnalysisView view : AnalysisView.all()) {
            try (QueryResult result =
                    engine.query("SELECT * FROM " + view.name(), new QueryLimits(Duration.ofMinutes(1), 0))) {
                assertThat(view.columns().stream()
                                .map(column -> new ResultColumn(column.name(), column.type()))
                                .toList())
                        .as(view.name())
                        .isEqualTo(result.columns());
            }
        }
    }

    @Test
    void onlyColumnsThatSaySoAreNull() {
        for (AnalysisView view : AnalysisView.all()) {
            List<String> never = view.columns().stream()
                    .filter(column -> !column.nullable())
                    .map(Column::name)
                    .toList();
            String counts = never.stream()
                    .map("count(*) FILTER (WHERE \"%s\" IS NULL)"::formatted)
                    .collect(Collectors.joining(", "));
            assertThat(rows("SELECT %s FROM %s".formatted(counts, view.name())))
                    .as("NULLs in %s of %s", never, view.name())
                    .containsExactly(Collections.nCopies(never.size(), 0L));
        }
    }

    @Test
    void commentsSayWhatNullMeans() {
        Stream<Column> ofViews = AnalysisView.all().stream().flatMap(view -> view.columns().stream());
        Stream<Column> ofFunctions = TableFunction.all().stream()
                .flatMap(function -> Stream.concat(function.columns().stream(), function.parameters().stream()));
        assertThat(Stream.concat(ofViews, ofFunctions))
                .hasSizeGreaterThan(200)
                .allMatch(column -> column.nullable() == column.comment().contains("NULL"));
    }

    @Test
    void everySectionIsThere() {
        for (AnalysisView view : AnalysisView.all()) {
            assertThat(view.sections().keySet()).as(view.name()).containsExactlyElementsOf(SECTIONS);
            assertThat(view.sections().values()).as(view.name()).noneMatch(String::isBlank);
            assertThat(view.columns().get(0).name()).as(view.name()).isEqualTo("run_id");
            List<String> names = view.columns().stream().map(Column::name).toList();
            assertThat(names).as(view.name()).contains("n");
            assertThat(view.comment()).as(view.name()).startsWith("One row per run");
            assertThat(view.sql()).as(view.name()).doesNotContainIgnoringCase("importance");
        }
    }

    @Test
    void examplesFindSomething() {
        List<String> empty = new ArrayList<>();
        for (AnalysisView view : AnalysisView.all()) {
            if (rows(view.example()).isEmpty()) {
                empty.add(view.name());
            }
        }
        assertThat(empty).isEmpty();
    }

    private List<List<@Nullable Object>> rows(String sql) {
        return Rows.of(engine, sql).rows();
    }
}
