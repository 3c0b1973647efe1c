package io.gatehouse.sql.dialect;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import io.gatehouse.sql.catalog.Accepted;
import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.DefinedQuery;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.validate.SqlValidator;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The table functions that a statement calls. Each call is replaced by the name of a table in a schema of its own, so
 * that it cannot be confused with a WITH query, nor a WITH query with a relation that the function reads. Arguments are
 * planned separately.
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

        /** Refuses a validated argument of another type than that of its parameter, or a literal that it does not take. */
        public void check(int index, SqlValidator validator) {
            SqlNode argument = argument(index);
            RelDataType type = validator.getValidatedNodeType(argument);
            Column parameter = function.parameters().get(index);
            if (!takes(parameter, type)) {
                throw StatementErrors.invalid(
                        arguments.get(index),
                        "%s of %s is %s, not %s."
                                .formatted(
                                        parameter.name(),
                                        function.name(),
                                        parameter.type(),
                                        CalciteTypes.sqlType(type)));
            }
            Accepted accepted = function.accepted().get(index);
            literal(argument).filter(value -> !accepted.takes(value)).ifPresent(value -> {
                throw StatementErrors.invalid(
                        arguments.get(index), accepted.notTaken(function.name(), parameter.name(), value));
            });
        }

        /** The text or number that an argument is, if it can be read off; that of a parameter is not known yet. */
        private static Optional<Object> literal(SqlNode argument) {
            if (argument.getKind() == SqlKind.MINUS_PREFIX && argument instanceof SqlCall negated) {
                return literal(negated.operand(0))
                        .map(value -> value instanceof BigDecimal number ? number.negate() : value);
            }
            if (argument instanceof SqlCharStringLiteral text) {
                return Optional.ofNullable(text.getValueAs(String.class));
            }
            return argument instanceof SqlNumericLiteral number
                    ? Optional.of(number.bigDecimalValue())
                    : Optional.empty();
        }

        /** Returns an argument as the statement has it. */
        public SqlNode argument(int index) {
            SqlCall cast = (SqlCall)
                    SqlUtil.stripAs(arguments.get(index).getSelectList().get(0));
            return cast.operand(0);
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

    /** Finds the table function that an expression calls. */
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
            throw StatementErrors.invalid(
                    call,
                    "%s takes %d arguments, not %d."
                            .formatted(function.signature(), parameters.size(), arguments.size()));
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
        return SqlTrees.select(position, SqlNodeList.of(as(parameter, argument, position)), null);
    }

    /** The calls, those in an argument of another before it. */
    public List<Call> all() {
        return List.copyOf(calls);
    }

    private static String mustBeValue(TableFunction function, Column parameter) {
        return "%s of %s must be one value for the whole statement: a number or text, ? or a query of one value."
                .formatted(parameter.name(), function.name());
    }

    /** Refuses an argument that is not constant for the statement. */
    private static final class NoColumn extends SqlBasicVisitor<@Nullable Void> {
        private final TableFunction function;
        private final Column parameter;

        private NoColumn(TableFunction function, Column parameter) {
            this.function = function;
            this.parameter = parameter;
        }

        @Override
        public @Nullable Void visit(SqlIdentifier column) {
            throw StatementErrors.notSupported(column, mustBeValue(function, parameter));
        }

        @Override
        public @Nullable Void visit(SqlCall call) {
            return call.isA(SqlKind.QUERY) ? null : super.visit(call);
        }
    }

    /** Returns the query of a function with each parameter name, such as {@code $run}, replaced by CAST(? AS type). */
    public static SqlNode numbered(SqlNode parsed, DefinedQuery query) {
        return requireNonNull(parsed.accept(new Numbering(query.parameters())), "a query becomes one");
    }

    private static final class Numbering extends SqlShuttle {
        private final List<Column> parameters;

        private Numbering(List<Column> parameters) {
            this.parameters = parameters;
        }

        @Override
        public SqlNode visit(SqlIdentifier name) {
            SqlParserPos position = name.getParserPosition();
            for (int i = 0; i < parameters.size(); i++) {
                if (name.isSimple()
                        && name.getSimple().equals("$" + parameters.get(i).name())) {
                    return as(parameters.get(i), new SqlDynamicParam(i, position), position);
                }
            }
            return name;
        }
    }

    /** CAST(value AS type of the parameter). */
    private static SqlNode as(Column parameter, SqlNode value, SqlParserPos position) {
        return SqlTrees.cast(value, typeName(parameter), position);
    }

    /** Whether a value of a type can be an argument: an integer is not a text, and a fraction is not an integer. */
    private static boolean takes(Column parameter, RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.NULL
                || switch (typeName(parameter)) {
                    case INTEGER, BIGINT -> SqlTypeUtil.isIntType(type);
                    case DOUBLE -> SqlTypeUtil.isNumeric(type);
                    case VARCHAR -> SqlTypeUtil.inCharFamily(type);
                    default -> throw new IllegalArgumentException("No table function takes a " + parameter.type());
                };
    }

    private static SqlTypeName typeName(Column parameter) {
        return SqlTypeName.valueOf(parameter.type().toString());
    }
}
