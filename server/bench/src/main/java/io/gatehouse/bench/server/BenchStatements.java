package io.gatehouse.bench.server;

import io.gatehouse.bench.BenchSql;
import java.util.List;

/** What clients of a bench ask. Each {@code ?} is the number of a run. */
final class BenchStatements {
    /** Small queries that rollups answer. */
    static final List<String> ROLLUPS = BenchSql.statements("server/rollups.sql");

    /** What may come from clients that want to stop a server. */
    static final List<String> HOSTILE = BenchSql.statements("server/hostile.sql").stream()
            .map(statement -> statement.replaceAll("(?m)^--.*\\R", ""))
            .toList();

    static final String WHOLE = BenchSql.text("server/whole.sql");
    static final String EXPORT = BenchSql.text("server/export.sql");
    static final String ENDLESS = BenchSql.text("server/endless.sql");

    private BenchStatements() {}
}
