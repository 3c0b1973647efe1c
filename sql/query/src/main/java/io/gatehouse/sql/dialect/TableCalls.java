package io.gatehouse.sql.dialect;

import io.gatehouse.client.Column;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.parse.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.validate.SqlValidator;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The table functions that a statement calls. In the statement the name of a table stands in the place of each, in a
 * schema of its own, so that no WITH query can be taken for it nor for a relation that the function reads. Its arguments
 * are planned by themselves.
 */
public final class TableCalls {
    /**
     * One call.
     *
     * @param schema of the table that stands for it
     * @param arguments for each parameter a query of one value
     */
    public record Call(String schema, TableFunction function, List<SqlSelect> arguments) {
        public Call {
            arguments = List.copyOf(arguments);
        }

        /** Refuses a validated argument of another type than that of its parameter. */
        public void checkType(int index, SqlValidator validator) {
            SqlCall cast = (SqlCall)
                    SqlUtil.stripAs(arguments.get(index).getSelectList().get(0));
            RelDataType type = validator.getValidatedNodeType(cast.operand(0));
            Column parameter = function.parameters().get(index);
            if (!QueryParameters.takes(parameter, type)) {
                throw new GatehouseException(
                        ErrorCode.SQL_VALIDATION,
                        "%s of %s is %s, not %s."
                                .formatted(
                                        parameter.name(),
                                        function.name(),
                                        parameter.type(),
                                        CalciteTypes.sqlType(type)),
                        Positions.of(arguments.get(index)));
            }
        }

        public String mustBeValue(int index) {
            return TableCalls.mustBeValue(function, function.parameters().get(index));
        }
    }

    private final Catalog catalog;
    private final List<Call> calls = new ArrayList<>();

    public TableCalls(Catalog catalog) {
        this.catalog = catalog;
    }

    /** The function that an expression calls; empty if it is none of these. */
    Optional<TableFunction> find(SqlNode node) {
        return node instanceof SqlCall call && call.getOperator() instanceof SqlUnresolvedFunction function
                ? catalog.findFunction(function.getName())
                : Optional.empty();
    }

    /**
     * What stands for a call in FROM.
     *
     * @param arguments those of the call, in the standard's forms
     */
    SqlIdentifier relation(TableFunction function, SqlCall call, List<SqlNode> arguments) {
        List<Column> parameters = function.parameters();
        if (arguments.size() != parameters.size()) {
            throw new GatehouseException(
                    ErrorCode.SQL_VALIDATION,
                    "%s takes %d arguments, not %d."
                            .formatted(function.signature(), parameters.size(), arguments.size()),
                    Positions.of(call));
        }
        List<SqlSelect> values = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            arguments.get(i).accept(new NoColumn(function, parameters.get(i)));
            values.add(value(arguments.get(i), parameters.get(i)));
        }
        String schema = "#" + (calls.size() + 1);
        calls.add(new Call(schema, function, values));
        return new SqlIdentifier(List.of(schema, function.name()), call.getParserPosition());
    }

    /** SELECT CAST(argument AS type). */
    private static SqlSelect value(SqlNode argument, Column parameter) {
        SqlParserPos position = argument.getParserPosition();
        return new SqlSelect(
                position,
                null,
                SqlNodeList.of(QueryParameters.as(parameter, argument, position)),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                SqlNodeList.EMPTY);
    }

    /** The calls, those in an argument of another before it. */
    public List<Call> all() {
        return List.copyOf(calls);
    }

    private static String mustBeValue(TableFunction function, Column parameter) {
        return "%s of %s must be one value for the whole statement: a number or text, ? or a query of one value."
                .formatted(parameter.name(), function.name());
    }

    /** Refuses an argument that is another for each row of a query. */
    private static final class NoColumn extends SqlBasicVisitor<@Nullable Void> {
        private final TableFunction function;
        private final Column parameter;

        private NoColumn(TableFunction function, Column parameter) {
            this.function = function;
            this.parameter = parameter;
        }

        @Override
        public @Nullable Void visit(SqlIdentifier column) {
            throw DialectForms.refused(column, mustBeValue(function, parameter));
        }

        @Override
        public @Nullable Void visit(SqlCall call) {
            return call.isA(SqlKind.QUERY) ? null : super.visit(call);
        }
    }
}
