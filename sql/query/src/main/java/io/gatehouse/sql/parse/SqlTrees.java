package io.gatehouse.sql.parse;

import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/** Helpers for parsed trees: searching them, and building common ones. */
public final class SqlTrees {
    private SqlTrees() {}

    /** Whether a tree contains a matching call. Sub-queries are tested as calls, but not searched. */
    public static boolean holds(SqlNode tree, Predicate<SqlCall> wanted) {
        try {
            tree.accept(new SqlBasicVisitor<@Nullable Void>() {
                @Override
                public @Nullable Void visit(SqlCall call) {
                    if (wanted.test(call)) {
                        throw Util.FoundOne.NULL;
                    }
                    return call.isA(SqlKind.QUERY) ? null : super.visit(call);
                }
            });
            return false;
        } catch (Util.FoundOne found) {
            return true;
        }
    }

    /** Whether a statement has parameters. */
    public static boolean holdsParameters(SqlNode statement) {
        try {
            statement.accept(new SqlBasicVisitor<@Nullable Void>() {
                @Override
                public @Nullable Void visit(SqlDynamicParam parameter) {
                    throw Util.FoundOne.NULL;
                }
            });
            return false;
        } catch (Util.FoundOne found) {
            return true;
        }
    }

    /** A key of ORDER BY without its direction. */
    public static SqlNode bare(SqlNode key) {
        return switch (key.getKind()) {
            case DESCENDING, NULLS_FIRST, NULLS_LAST -> bare(((SqlCall) key).operand(0));
            default -> key;
        };
    }

    /** A key of ORDER BY with another expression and the same direction. */
    public static SqlNode withBare(SqlNode key, UnaryOperator<SqlNode> expression) {
        return switch (key.getKind()) {
            case DESCENDING, NULLS_FIRST, NULLS_LAST -> {
                SqlCall direction = (SqlCall) key;
                SqlNode changed = withBare(direction.operand(0), expression);
                yield direction.getOperator().createCall(key.getParserPosition(), changed);
            }
            default -> expression.apply(key);
        };
    }

    /** CASE WHEN condition THEN value END. */
    public static SqlNode when(SqlNode condition, SqlNode value, SqlParserPos position) {
        return new SqlCase(
                position, null, SqlNodeList.of(condition), SqlNodeList.of(value), SqlLiteral.createNull(position));
    }

    /** The name that a call gives its function, in lower case. */
    public static String functionName(SqlCall call) {
        return call.getOperator().getName().toLowerCase(Locale.ROOT);
    }

    /** A name in lower case, by which names are compared. */
    public static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** An unqualified name in lower case. */
    public static String simpleKey(SqlIdentifier name) {
        return key(name.getSimple());
    }

    /** A function by its name, which validation looks up. */
    public static SqlOperator function(String name, SqlParserPos position) {
        return new SqlUnresolvedFunction(
                new SqlIdentifier(name, position), null, null, null, null, SqlFunctionCategory.USER_DEFINED_FUNCTION);
    }

    /** A literal number. */
    public static SqlNode number(long number, SqlParserPos position) {
        return SqlLiteral.createExactNumeric(Long.toString(number), position);
    }

    /** CAST(value AS type), of a type without precision. */
    public static SqlCall cast(SqlNode value, SqlTypeName type, SqlParserPos position) {
        SqlDataTypeSpec spec = new SqlDataTypeSpec(new SqlBasicTypeNameSpec(type, position), position);
        return SqlStdOperatorTable.CAST.createCall(position, value, spec);
    }

    /** SELECT items FROM relation. */
    public static SqlSelect select(SqlParserPos position, SqlNodeList items, @Nullable SqlNode from) {
        return new SqlSelect(
                position, null, items, from, null, null, null, null, null, null, null, null, SqlNodeList.EMPTY);
    }

    /** SELECT * FROM relation. */
    public static SqlSelect everythingFrom(SqlNode from) {
        SqlParserPos position = from.getParserPosition();
        return select(position, SqlNodeList.of(SqlIdentifier.star(position)), from);
    }

    /** Copies a tree. Validation modifies what it validates and keeps its results per node, so no node may occur twice. */
    public static class Copy extends SqlShuttle {
        @Override
        public @Nullable SqlNode visit(SqlCall call) {
            CallCopyingArgHandler copy = new CallCopyingArgHandler(call, true);
            call.getOperator().acceptCall(this, call, false, copy);
            return copy.result();
        }

        @Override
        public SqlNode visit(SqlIdentifier name) {
            return name.clone(name.getParserPosition());
        }

        @Override
        public SqlNode visit(SqlLiteral literal) {
            return literal.clone(literal.getParserPosition());
        }
    }
}
