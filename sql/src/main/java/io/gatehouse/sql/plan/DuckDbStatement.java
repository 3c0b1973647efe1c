package io.gatehouse.sql.plan;

import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.rel2sql.RelToSqlConverter;

/** Writes relational algebra as one statement of DuckDB. */
final class DuckDbStatement {
    private static final DuckDbDialect DIALECT = new DuckDbDialect();

    private DuckDbStatement() {}

    static String of(RelNode algebra) {
        return new RelToSqlConverter(DIALECT)
                .visitRoot(OutputNames.apart(algebra))
                .asStatement()
                .toSqlString(config -> config.withDialect(DIALECT).withAlwaysUseParentheses(true))
                .getSql();
    }
}
