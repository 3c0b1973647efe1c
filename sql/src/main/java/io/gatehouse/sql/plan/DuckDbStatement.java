package io.gatehouse.sql.plan;

import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.rel2sql.RelToSqlConverter;

/** Writes relational algebra as one statement of DuckDB. */
final class DuckDbStatement {
    private static final DuckDbDialect DIALECT = new DuckDbDialect();

    private DuckDbStatement() {}

    static String of(RelRoot root) {
        return new RelToSqlConverter(DIALECT)
                .visitRoot(root.project())
                .asStatement()
                .toSqlString(config -> config.withDialect(DIALECT).withAlwaysUseParentheses(true))
                .getSql();
    }
}
