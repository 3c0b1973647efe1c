package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * What kind of statement may go on: queries. Which relations and functions they may name is decided by the catalog and
 * the function table, which know no others.
 */
final class StatementPolicy {
    private StatementPolicy() {}

    static void check(SqlNode statement) {
        SqlKind kind = statement.getKind();
        if (!kind.belongsTo(SqlKind.QUERY)) {
            throw refusal(statement, kind);
        }
        statement.accept(new SqlBasicVisitor<Void>() {
            @Override
            public Void visit(SqlCall call) {
                checkCall(call);
                return super.visit(call);
            }
        });
    }

    private static void checkCall(SqlCall call) {
        switch (call.getKind()) {
            case INSERT, UPDATE, DELETE, MERGE -> throw refusal(call, call.getKind());
            case HINT -> throw unsupported(call, "Hints (/*+ */) are not supported.");
            case MATCH_RECOGNIZE -> throw unsupported(call, "MATCH_RECOGNIZE is not supported.");
            case SNAPSHOT -> throw unsupported(call, "FOR SYSTEM_TIME is not supported.");
            case NEXT_VALUE, CURRENT_VALUE -> throw unsupported(call, "Sequences are not supported.");
            default -> {}
        }
    }

    private static GatehouseException refusal(SqlNode statement, SqlKind kind) {
        if (kind.belongsTo(SqlKind.DML) || kind.belongsTo(SqlKind.DDL) || kind == SqlKind.SET_OPTION) {
            return new GatehouseException(
                    ErrorCode.SQL_READ_ONLY,
                    "%s is refused: SQL can only read."
                            .formatted(kind.name().replace('_', ' ').toUpperCase(Locale.ROOT)),
                    Positions.of(statement));
        }
        return unsupported(
                statement, "Only queries (SELECT, VALUES, WITH) are supported, not %s.".formatted(kind.name()));
    }

    private static GatehouseException unsupported(SqlNode node, String message) {
        return new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, message, Positions.of(node));
    }
}
