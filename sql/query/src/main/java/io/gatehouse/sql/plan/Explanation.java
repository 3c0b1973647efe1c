package io.gatehouse.sql.plan;

import io.gatehouse.sql.parse.Quotes;
import io.gatehouse.sql.write.EngineSql;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.sql.SqlExplainLevel;

/**
 * EXPLAIN: how a query is understood and written, as rows of a key and a text, like DuckDB's own. Parameters need a
 * value only to run the query.
 */
final class Explanation {
    private static final List<String> COLUMNS = List.of("explain_key", "explain_value");

    private Explanation() {}

    static Plan of(PlannedQuery query, EngineSql sql) {
        String rows = rows(query, sql).stream()
                .map(row -> "(%s, %s)".formatted(Quotes.text(row.get(0)), Quotes.text(row.get(1))))
                .collect(Collectors.joining(", "));
        return Plan.ofNames("SELECT * FROM (VALUES %s) AS \"explained\"".formatted(rows), COLUMNS);
    }

    /** The same, and what DuckDB measures while it runs the query to its end. */
    static Plan analyzed(PlannedQuery query, long planningNanos) {
        List<List<String>> preface = rows(query, EngineSql.DUCKDB);
        preface.add(List.of("planning", String.format(Locale.ROOT, "%.2f ms", planningNanos / 1e6)));
        return Plan.ofDuckDb("EXPLAIN ANALYZE " + query.sql(), COLUMNS, preface, query.parameters());
    }

    private static List<List<String>> rows(PlannedQuery query, EngineSql sql) {
        String algebra = RelOptUtil.toString(query.algebra(), SqlExplainLevel.EXPPLAN_ATTRIBUTES);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("logical_plan", algebra.stripTrailing()));
        rows.add(List.of("rollup", query.rollup()));
        rows.add(List.of(sql.engine().toLowerCase(Locale.ROOT) + "_sql", query.sql()));
        return rows;
    }
}
