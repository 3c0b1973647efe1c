package io.gatehouse.sql.plan;

import io.gatehouse.client.Column;
import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.sql.parse.Quotes;
import io.gatehouse.type.SqlType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.calcite.rel.RelNode;

/**
 * A planned query.
 *
 * @param algebra what it means, before it is written
 * @param rollup which rollups answer it, or why none
 * @param sql the engine's statement
 * @param columns the names of its columns as the user is to see them
 * @param parameters the types of its parameters
 */
record PlannedQuery(RelNode algebra, String rollup, String sql, List<String> columns, List<SqlType> parameters) {
    Plan plan() {
        List<SqlType> types = CalciteTypes.columns(algebra.getRowType()).stream()
                .map(Column::type)
                .toList();
        return new Plan(sql, columns, List.of(), parameters, types, Optional.empty(), false);
    }

    /** A query in FROM whose columns have the names that the user is to see. */
    String relation() {
        String names = columns.stream().map(Quotes::name).collect(Collectors.joining(", "));
        return "(\n%s\n) AS \"query\" (%s)".formatted(sql, names);
    }
}
