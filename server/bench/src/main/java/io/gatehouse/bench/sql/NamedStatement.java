package io.gatehouse.bench.sql;

import io.gatehouse.bench.BenchSql;
import java.util.List;

/** A statement of a resource, with the name that stands above it as a comment. */
record NamedStatement(String name, String sql) {
    static List<NamedStatement> all(String resource) {
        return BenchSql.statements(resource).stream()
                .map(statement -> statement.strip().split("\\R", 2))
                .map(parts -> new NamedStatement(parts[0].replaceFirst("^-- ", ""), parts[1]))
                .toList();
    }
}
