package io.gatehouse.sql.parse;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import org.apache.calcite.sql.SqlNode;

/** Errors about statements, with the position of the part that causes them where it is known. */
public final class StatementErrors {
    private StatementErrors() {}

    /** Returns the error for a form that Gatehouse does not support. */
    public static GatehouseException notSupported(SqlNode node, String message) {
        return new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, message, Positions.of(node));
    }

    /** Returns the error for an unsupported form whose position is not known. */
    public static GatehouseException notSupported(String message) {
        return new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, message);
    }

    /** Returns the error for a part of a statement that is wrong, such as an unknown name. */
    public static GatehouseException invalid(SqlNode node, String message) {
        return new GatehouseException(ErrorCode.SQL_VALIDATION, message, Positions.of(node));
    }

    /** Returns the error for a statement that exceeds a limit. */
    public static GatehouseException tooLarge(String message) {
        return new GatehouseException(ErrorCode.SQL_TOO_LARGE, message);
    }
}
