package io.gatehouse.sql.write;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.sql.function.GroupsFrame;
import io.gatehouse.sql.limits.JoinChecks;
import io.gatehouse.sql.limits.WorkGuards;
import io.gatehouse.sql.parse.StatementErrors;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlDialect;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlUserDefinedTypeNameSpec;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.dialect.DuckDBSqlDialect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.checkerframework.checker.nullness.qual.Nullable;

/** DuckDB's SQL. Overrides Calcite's own dialect where that writes what DuckDB 2.0 cannot read or reads differently. */
final class DuckDbSql extends DuckDBSqlDialect implements EngineSql {
    private static final String NO_EXCLUSION =
            SqlWindow.createExcludeNoOthers(SqlParserPos.ZERO).toString();

    private final LongSupplier longestText;

    DuckDbSql(LongSupplier longestText) {
        super(DuckDBSqlDialect.DEFAULT_CONTEXT);
        this.longestText = longestText;
    }

    @Override
    public long longestText() {
        return longestText.getAsLong();
    }

    @Override
    public boolean supportsCharSet() {
        return false;
    }

    @Override
    public boolean supportsAliasedValues() {
        return true;
    }

    /** Every table is written with its alias: where the writer leaves it out, a correlated sub-query may still use it. */
    @Override
    public boolean hasImplicitTableAlias() {
        return false;
    }

    /** A join with a comma cannot stand in parentheses. */
    @Override
    public JoinType emulateJoinTypeForCrossJoin() {
        return JoinType.CROSS;
    }

    @Override
    public boolean supportsNestedAggregations() {
        return false;
    }

    @Override
    public boolean supportsImplicitTypeCoercion(RexCall call) {
        return false;
    }

    @Override
    public void quoteStringLiteral(StringBuilder buffer, @Nullable String charset, String value) {
        buffer.append('\'').append(value.replace("'", "''")).append('\'');
    }

    @Override
    public void unparseCall(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
        if (call.getOperator().equals(SqlStdOperatorTable.CURRENT_TIMESTAMP)) {
            // Without parentheses DuckDB takes the word for the column of the same name that is being defined.
            writer.print("now()");
            return;
        }
        if (call.getOperator().equals(SqlStdOperatorTable.CURRENT_DATE)) {
            writer.print("current_date()");
            return;
        }
        switch (call.getKind()) {
            case ITEM -> item(writer, call, leftPrecedence);
            case ARRAY_VALUE_CONSTRUCTOR -> list(writer, "[", call.getOperandList(), "]");
            case WITHIN_GROUP -> withinGroup(writer, call);
            case SAFE_CAST -> tryCast(writer, call);
            case OVER -> over(writer, call);
            default -> super.unparseCall(writer, call, leftPrecedence, rightPrecedence);
        }
    }

    private static void item(SqlWriter writer, SqlCall call, int leftPrecedence) {
        call.operand(0).unparse(writer, leftPrecedence, 0);
        list(writer, "[", List.of(call.operand(1)), "]");
    }

    /** DuckDB accepts WITHIN GROUP for quantiles only; for other aggregates ORDER BY goes inside the parentheses. */
    private static void withinGroup(SqlWriter writer, SqlCall call) {
        SqlCall inner = call.operand(0);
        boolean filtered = inner.getKind() == SqlKind.FILTER;
        SqlCall aggregate = filtered ? inner.operand(0) : inner;
        SqlNodeList order = call.operand(1);
        writer.print(aggregate.getOperator().getName());
        SqlWriter.Frame frame = writer.startList("(", ")");
        arguments(writer, aggregate);
        if (aggregate.getKind() == SqlKind.PERCENTILE_CONT || aggregate.getKind() == SqlKind.PERCENTILE_DISC) {
            writer.endList(frame);
            writer.keyword("WITHIN GROUP");
            frame = writer.startList("(", ")");
        }
        writer.literal("ORDER BY");
        list(writer, "", order, "");
        writer.endList(frame);
        if (filtered) {
            writer.keyword("FILTER");
            SqlWriter.Frame condition = writer.startList("(", ")");
            writer.keyword("WHERE");
            inner.operand(1).unparse(writer, 0, 0);
            writer.endList(condition);
        }
    }

    /** The writer puts every call in parentheses, which DuckDB does not accept before OVER. */
    private void over(SqlWriter writer, SqlCall call) {
        SqlCall function = call.operand(0);
        boolean ignoreNulls = function.getKind() == SqlKind.IGNORE_NULLS;
        SqlCall aggregate = ignoreNulls ? function.operand(0) : function;
        boolean groups = aggregate.getOperator() instanceof GroupsFrame;
        if (ignoreNulls || groups) {
            writer.print(nameOf(aggregate.getOperator()));
            SqlWriter.Frame frame = writer.startList("(", ")");
            arguments(writer, aggregate);
            if (ignoreNulls) {
                writer.literal("IGNORE NULLS");
            }
            writer.endList(frame);
        } else {
            unparseCall(writer, aggregate, 0, 0);
        }
        writer.keyword("OVER");
        if (aggregate.getOperator() instanceof GroupsFrame) {
            groups(writer, call.operand(1));
        } else {
            call.operand(1).unparse(writer, 0, 0);
        }
    }

    private static String nameOf(SqlOperator operator) {
        return GroupsFrame.plain(operator).getName();
    }

    /** A window whose frame counts groups. */
    private static void groups(SqlWriter writer, SqlWindow window) {
        SqlWriter.Frame frame = writer.startList("(", ")");
        if (!window.getPartitionList().isEmpty()) {
            writer.literal("PARTITION BY");
            list(writer, "", window.getPartitionList(), "");
        }
        if (!window.getOrderList().isEmpty()) {
            writer.literal("ORDER BY");
            list(writer, "", window.getOrderList(), "");
        }
        SqlNode lower = requireNonNull(window.getLowerBound(), "a frame of groups has bounds");
        SqlNode upper = window.getUpperBound();
        writer.literal("GROUPS BETWEEN");
        lower.unparse(writer, 0, 0);
        writer.literal("AND");
        (upper == null ? SqlWindow.createCurrentRow(SqlParserPos.ZERO) : upper).unparse(writer, 0, 0);
        SqlNode exclude = window.getOperandList().get(window.getOperandList().size() - 1);
        if (exclude != null && !exclude.toString().equals(NO_EXCLUSION)) {
            exclude.unparse(writer, 0, 0);
        }
        writer.endList(frame);
    }

    private static void arguments(SqlWriter writer, SqlCall aggregate) {
        if (aggregate.getFunctionQuantifier() != null) {
            aggregate.getFunctionQuantifier().unparse(writer, 0, 0);
        }
        list(writer, "", aggregate.getOperandList(), "");
    }

    private static void tryCast(SqlWriter writer, SqlCall call) {
        writer.print("TRY_CAST");
        SqlWriter.Frame frame = writer.startList("(", ")");
        call.operand(0).unparse(writer, 0, 0);
        writer.sep("AS");
        call.operand(1).unparse(writer, 0, 0);
        writer.endList(frame);
    }

    private static void list(SqlWriter writer, String open, List<SqlNode> items, String close) {
        SqlWriter.Frame frame = writer.startList(open, close);
        for (SqlNode item : items) {
            writer.sep(",");
            item.unparse(writer, 0, 0);
        }
        writer.endList(frame);
    }

    /** Returns DuckDB's name of a type. Texts have no length; times have microseconds unless a cast says otherwise. */
    @Override
    public @Nullable SqlNode getCastSpec(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case CHAR, VARCHAR -> named("VARCHAR");
            case REAL -> named("FLOAT");
            case TIME -> named("TIME");
            case TIMESTAMP -> type.getPrecision() == 6 ? named("TIMESTAMP") : super.getCastSpec(type);
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE, TIMESTAMP_TZ -> named("TIMESTAMPTZ");
            case INTERVAL_DAY_SECOND -> named("INTERVAL");
            case ARRAY -> TypeName.spec(writable(CalciteTypes.sqlType(type)).toString());
            case UTINYINT, USMALLINT, UINTEGER, UBIGINT ->
                named(type.getSqlTypeName().getName());
            case DECIMAL ->
                type.getPrecision() == 38 && type.getScale() == 0 ? named("HUGEINT") : super.getCastSpec(type);
            case ROW ->
                throw StatementErrors.notSupported("A row is not a value that CASE can choose; name its columns.");
            default -> super.getCastSpec(type);
        };
    }

    /** A list of NULLs has no type name that can be written; INTEGER[] is used instead. */
    private static SqlType writable(SqlType type) {
        return type instanceof ListOf list
                ? new ListOf(writable(list.element()))
                : type == Scalar.NULL ? Scalar.INTEGER : type;
    }

    private static SqlNode named(String name) {
        SqlIdentifier identifier = new SqlIdentifier(name, SqlParserPos.ZERO);
        return new SqlDataTypeSpec(new SqlUserDefinedTypeNameSpec(identifier, SqlParserPos.ZERO), SqlParserPos.ZERO);
    }

    @Override
    public String engine() {
        return "DuckDB";
    }

    @Override
    public SqlDialect dialect() {
        return this;
    }

    /** Adds guards against work that DuckDB neither accounts for nor can interrupt, and avoids a wrong EXISTS. */
    @Override
    public RelNode adapted(RelNode algebra) {
        return RecursiveTerms.of(JoinChecks.of(WorkGuards.of(algebra, longestText())));
    }

    /** Casts to the type that validation inferred, so that DuckDB does not infer another. */
    @Override
    public String parameter(int index, RelDataType type) {
        return "CAST($%s AS %s)".formatted(index + 1, CalciteTypes.sqlType(type));
    }
}
