package io.gatehouse.sql.write;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;

/** A query that is written already, in parentheses. */
final class WrittenQuery extends SqlSpecialOperator {
    private final String sql;

    WrittenQuery(String sql) {
        super("QUERY", SqlKind.OTHER);
        this.sql = sql;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
        writer.literal(sql);
    }
}
