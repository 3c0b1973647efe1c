package io.gatehouse.sql.catalog;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.type.SqlType;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads relations and columns from DuckDB's own catalogue. */
final class DuckDbCatalogue {
    private DuckDbCatalogue() {}

    static List<Relation> relations(Connection connection) throws SQLException {
        Map<String, String> comments = new LinkedHashMap<>();
        Map<String, List<Column>> columns = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SqlResource.text("catalog/columns.sql"))) {
            while (rows.next()) {
                String relation = rows.getString("relation");
                comments.put(relation, rows.getString("relation_comment"));
                columns.computeIfAbsent(relation, name -> new ArrayList<>())
                        .add(new Column(
                                rows.getString("column_name"),
                                SqlType.of(rows.getString("data_type")),
                                rows.getBoolean("is_nullable"),
                                rows.getString("column_comment")));
            }
        }
        return columns.entrySet().stream()
                .map(entry -> new Relation(
                        entry.getKey(), false, comments.getOrDefault(entry.getKey(), ""), entry.getValue()))
                .toList();
    }
}
