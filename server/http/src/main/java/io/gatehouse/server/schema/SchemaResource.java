package io.gatehouse.server.schema;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.query.QueryService;
import io.gatehouse.server.query.admission.DescribeGate;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.Example;
import io.gatehouse.sql.function.FunctionNote;
import io.gatehouse.sql.parse.Keywords;
import io.gatehouse.type.SqlType;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/schema}: the relations that SQL can name, with the comment of each relation and column, how many rows those
 * of the file have, and a summary of the columns of one of them; and the words of the language with examples.
 */
public final class SchemaResource {
    /** A relation whose rows take longer to count is listed without their number. */
    private static final QueryLimits COUNTING = new QueryLimits(Duration.ofSeconds(2), 0);

    private static final List<String> TYPES = Arrays.stream(SqlType.Scalar.values())
            .filter(type -> type != SqlType.Scalar.NULL)
            .map(SqlType.Scalar::toString)
            .toList();

    private static final String TABLES = "Tables";

    /** The group of each analysis view. */
    private static final Map<String, String> GROUPS =
            AnalysisView.all().stream().collect(Collectors.toUnmodifiableMap(AnalysisView::name, AnalysisView::group));

    /** The body of {@code GET /v1/schema}. */
    public record Schema(
            List<Table> tables,
            @JsonField("Statements to start from.") List<Example> examples,
            @JsonField("Single words of the language.") List<String> keywords,
            @JsonField("Names of types.") List<String> types,
            List<FunctionNote> functions) {}

    /** A relation. */
    public record Table(
            String name,
            Kind kind,

            @JsonField("Heading that the relation stands under: of an analysis view its group, else Tables.")
            String group,

            @JsonField("What one row is.") String comment,

            @JsonField("Number of rows of a table; null for a view, and where counting takes too long.") @Nullable
            Long rows,

            List<Column> columns) {}

    /** Whether the file holds the rows of a relation, or Gatehouse computes them. */
    public enum Kind {
        TABLE,
        VIEW
    }

    /** The body of {@code GET /v1/schema/{table}/summary}. */
    public record Summary(String table, long rows, List<ColumnSummary> columns) {}

    /** The values of one column. */
    public record ColumnSummary(
            String name,
            String type,
            @JsonField("Number of NULLs.") long nulls,

            @JsonField("Number of distinct values, an estimate.") @Nullable
            Long distinct,

            @Nullable String min,
            @Nullable String max,

            @JsonField("Null for columns that are not numbers, as are the other statistics.") @Nullable
            Double mean,

            @JsonField("Standard deviation.") @Nullable Double stddev,
            @JsonField("First quartile.") @Nullable String q25,
            @JsonField("Median.") @Nullable String q50,
            @JsonField("Third quartile.") @Nullable String q75) {
        /** In the order of the columns of SUMMARIZE: name, type, min, max, distinct, mean, deviation, quartiles. */
        private static ColumnSummary of(List<@Nullable Object> row, long nulls) {
            return new ColumnSummary(
                    String.valueOf(row.get(0)),
                    String.valueOf(row.get(1)),
                    nulls,
                    number(row.get(4)).map(Math::round).orElse(null),
                    text(row.get(2)),
                    text(row.get(3)),
                    number(row.get(5)).orElse(null),
                    number(row.get(6)).orElse(null),
                    text(row.get(7)),
                    text(row.get(8)),
                    text(row.get(9)));
        }
    }

    private final QueryEngine engine;
    private final QueryService service;
    private final DescribeGate gate;

    public SchemaResource(QueryEngine engine, QueryService service, DescribeGate gate) {
        this.engine = requireNonNull(engine, "engine is null");
        this.service = requireNonNull(service, "service is null");
        this.gate = requireNonNull(gate, "gate is null");
    }

    public void list(Context context) {
        List<Table> tables = gate.run(
                () -> engine.catalog().relations().stream().map(this::table).toList());
        Json.send(context, 200, new Schema(tables, Example.all(), Keywords.words(), TYPES, FunctionNote.all()));
    }

    private Table table(Relation relation) {
        return new Table(
                relation.name(),
                relation.view() ? Kind.VIEW : Kind.TABLE,
                GROUPS.getOrDefault(relation.name(), TABLES),
                relation.comment(),
                relation.view() ? null : rows(relation).orElse(null),
                relation.columns());
    }

    private Optional<Long> rows(Relation relation) {
        try (QueryResult count = engine.query("SELECT count(*) FROM " + quoted(relation.name()), COUNTING)) {
            return count.next() ? Optional.of(((Number) requireNonNull(count.value(0))).longValue()) : Optional.empty();
        } catch (GatehouseException e) {
            return Optional.empty();
        }
    }

    /** Reads the whole relation, as a query that can be seen and cancelled like any other. */
    public void summary(Context context) throws IOException {
        Relation relation = named(context.pathParam("table"));
        List<List<@Nullable Object>> rows = service.rows(context, "SUMMARIZE " + quoted(relation.name()));
        // SUMMARIZE tells the share of NULLs in hundredths of a percent, which are thousands of a large relation.
        List<@Nullable Object> counts =
                service.rows(context, counting(relation)).get(0);
        long all = whole(counts.get(0));
        List<ColumnSummary> columns = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            columns.add(ColumnSummary.of(rows.get(i), all - whole(counts.get(i + 1))));
        }
        Json.send(context, 200, new Summary(relation.name(), all, columns));
    }

    private static String counting(Relation relation) {
        return relation.columns().stream()
                .map(column -> ", count(%s)".formatted(quoted(column.name())))
                .collect(Collectors.joining("", "SELECT count(*)", " FROM " + quoted(relation.name())));
    }

    private static long whole(@Nullable Object count) {
        return ((Number) requireNonNull(count, "a count is null")).longValue();
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private static Optional<Double> number(@Nullable Object value) {
        try {
            return value == null ? Optional.empty() : Optional.of(Double.valueOf(value.toString()));
        } catch (NumberFormatException e) {
            // The mean of times is a time.
            return Optional.empty();
        }
    }

    private Relation named(String name) {
        return engine.catalog().relations().stream()
                .filter(relation -> relation.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new NotFoundResponse("There is no relation \"%s\".".formatted(name)));
    }

    private static String quoted(String name) {
        return "\"%s\"".formatted(name.replace("\"", "\"\""));
    }
}
