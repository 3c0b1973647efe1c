package io.gatehouse.sql.validate;

import io.gatehouse.sql.function.ArgumentTypes;
import io.gatehouse.sql.function.Arithmetic;
import io.gatehouse.sql.function.FunctionTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.type.CompositeOperandTypeChecker;
import org.apache.calcite.sql.type.ImplicitCastOperandTypeChecker;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.jspecify.annotations.Nullable;

/**
 * Infers the types of the parameters of an expression before Calcite does. A parameter has the type that its function
 * accepts there, or the type of a neighbouring operand, or the type that the context expects; otherwise it is a text,
 * as in PostgreSQL. Calcite itself knows only the second rule, and only for a few operators.
 */
final class ParameterTyping {
    /** The validator's knowledge about expressions. */
    interface Types {
        /** Returns the type of an expression whose parameters all have types; empty if it has none or is invalid. */
        Optional<RelDataType> find(SqlValidatorScope scope, SqlNode expression);

        boolean isTyped(SqlDynamicParam parameter);

        void set(SqlValidatorScope scope, SqlDynamicParam parameter, RelDataType type);
    }

    private final Types types;
    private final RelDataTypeFactory factory;
    private final Set<SqlCall> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    /** The types that were inferred, by the index of the parameter: one that occurs twice has one type. */
    private final Map<Integer, RelDataType> inferred = new HashMap<>();

    /** Parameters whose type cannot be inferred and that cannot be texts, as in {@code ? + ?}. */
    private final Set<SqlNode> untold = Collections.newSetFromMap(new IdentityHashMap<>());

    ParameterTyping(Types types, RelDataTypeFactory factory) {
        this.types = types;
        this.factory = factory;
    }

    /**
     * Infers the types of the parameters of an expression, except those in its queries; once per expression.
     *
     * @param context what the expression is to be, where that is known
     */
    void infer(SqlValidatorScope scope, SqlNode expression, Optional<RelDataType> context) {
        boolean again = expression instanceof SqlCall call ? seen.contains(call) : untold.contains(expression);
        if (!again && hasUntyped(expression)) {
            Expression root = new Expression(scope);
            root.infer(expression, context.map(this::widened));
            root.finish(expression);
        }
    }

    /** Infers the types of parameters in rows: all values of a column have one type. */
    void inferRows(SqlValidatorScope scope, List<SqlNode> rows) {
        new Expression(scope).inferRows(rows);
    }

    /**
     * Infers the types of parameters that are columns of a UNION, INTERSECT or EXCEPT: each gets the type of that
     * column in a query without such parameters.
     */
    void inferUnion(SqlValidatorScope scope, SqlNode union) {
        List<SqlNode> queries = new ArrayList<>();
        addQueries(union, queries);
        if (queries.stream().noneMatch(ParameterTyping::hasParameterAsColumn)) {
            return;
        }
        Optional<RelDataType> known = queries.stream()
                .filter(query -> !hasParameterAsColumn(query))
                .findFirst()
                .flatMap(query -> types.find(scope, query));
        known.ifPresent(row -> queries.forEach(query -> setColumns(scope, query, row)));
    }

    private static void addQueries(SqlNode node, List<SqlNode> queries) {
        if (SqlKind.SET_QUERY.contains(node.getKind())) {
            ((SqlCall) node).getOperandList().forEach(operand -> addQueries(operand, queries));
        } else {
            queries.add(node);
        }
    }

    private static boolean hasParameterAsColumn(SqlNode query) {
        return items(query).stream().anyMatch(item -> item instanceof SqlDynamicParam);
    }

    private void setColumns(SqlValidatorScope scope, SqlNode query, RelDataType row) {
        List<SqlNode> items = items(query);
        for (int i = 0; i < items.size() && items.size() == row.getFieldCount(); i++) {
            if (items.get(i) instanceof SqlDynamicParam parameter && !types.isTyped(parameter)) {
                set(scope, parameter, row.getFieldList().get(i).getType());
            }
        }
    }

    private void set(SqlValidatorScope scope, SqlDynamicParam parameter, RelDataType type) {
        inferred.putIfAbsent(parameter.getIndex(), type);
        types.set(scope, parameter, type);
    }

    private static List<SqlNode> items(SqlNode query) {
        return query instanceof SqlSelect select
                ? select.getSelectList().stream().map(SqlUtil::stripAs).toList()
                : List.of();
    }

    /** Whether there are parameters without a type; nodes that were checked are not checked again. */
    private boolean hasUntyped(SqlNode node) {
        if (node instanceof SqlCall call) {
            seen.add(call);
        }
        boolean untyped = node instanceof SqlDynamicParam parameter && !types.isTyped(parameter);
        for (SqlNode part : parts(node)) {
            untyped |= hasUntyped(part);
        }
        return untyped;
    }

    /** Returns the operands of an expression. Queries are typed separately. */
    private static List<SqlNode> parts(SqlNode node) {
        if (node instanceof SqlNodeList list) {
            return present(list.getList());
        }
        return node instanceof SqlCall call && !call.isA(SqlKind.QUERY) ? present(call.getOperandList()) : List.of();
    }

    private static List<SqlNode> present(Collection<? extends @Nullable SqlNode> nodes) {
        List<SqlNode> present = new ArrayList<>();
        nodes.stream().filter(Objects::nonNull).forEach(present::add);
        return present;
    }

    private RelDataType type(SqlTypeName name) {
        return factory.createSqlType(name);
    }

    /**
     * The type of a parameter beside a value of a type. Beside a SMALLINT it is a BIGINT, as a literal may be one too:
     * 100000 is not out of place there, only larger than any; and beside 'x' a text of any length.
     */
    private RelDataType widened(RelDataType beside) {
        RelDataType wide = SqlTypeName.INT_TYPES.contains(beside.getSqlTypeName())
                ? type(SqlTypeName.BIGINT)
                : SqlTypeUtil.inCharFamily(beside) ? type(SqlTypeName.VARCHAR) : beside;
        return factory.createTypeWithNullability(wide, true);
    }

    /** One expression in its scope. */
    private final class Expression {
        private final SqlValidatorScope scope;

        Expression(SqlValidatorScope scope) {
            this.scope = scope;
        }

        private boolean isUntyped(SqlNode node) {
            return node instanceof SqlDynamicParam parameter
                    ? !types.isTyped(parameter)
                    : parts(node).stream().anyMatch(this::isUntyped);
        }

        private void infer(SqlNode node, Optional<RelDataType> context) {
            if (!isUntyped(node)) {
                return;
            }
            if (node instanceof SqlDynamicParam parameter) {
                context.ifPresent(type -> set(scope, parameter, type));
            } else if (node instanceof SqlNodeList list) {
                inferRow(list.getList(), context);
            } else if (node instanceof SqlCase choice) {
                inferCase(choice, context);
            } else if (node instanceof SqlCall call) {
                inferCall(call, context);
            }
        }

        private void inferAs(@Nullable SqlNode node, SqlTypeName type) {
            if (node != null) {
                infer(node, Optional.of(type(type)));
            }
        }

        private void alone(Collection<? extends SqlNode> nodes) {
            nodes.forEach(node -> infer(node, Optional.empty()));
        }

        /** Infers the types of parameters in a row, from the columns of the context if they match. */
        private void inferRow(List<? extends @Nullable SqlNode> nodes, Optional<RelDataType> context) {
            List<SqlNode> columns = present(nodes);
            boolean row = context.isPresent()
                    && context.get().isStruct()
                    && context.get().getFieldCount() == columns.size();
            for (int i = 0; i < columns.size(); i++) {
                infer(
                        columns.get(i),
                        row ? Optional.of(context.get().getFieldList().get(i).getType()) : Optional.empty());
            }
        }

        private void inferCase(SqlCase choice, Optional<RelDataType> context) {
            SqlNode value = choice.getValueOperand();
            List<SqlNode> when = present(choice.getWhenOperands().getList());
            if (value == null) {
                when.forEach(condition -> inferAs(condition, SqlTypeName.BOOLEAN));
            } else {
                when.add(0, value);
                inferPeers(when, Optional.empty());
            }
            List<SqlNode> results = present(choice.getThenOperands().getList());
            results.addAll(present(Collections.singletonList(choice.getElseOperand())));
            inferPeers(results, context);
        }

        private void inferCall(SqlCall call, Optional<RelDataType> context) {
            List<SqlNode> operands = present(call.getOperandList());
            switch (call.getKind()) {
                case CAST, SAFE_CAST -> infer(call.operand(0), types.find(scope, call.operand(1)));
                case AS, OVER, IGNORE_NULLS, RESPECT_NULLS, WITHIN_GROUP, DESCENDING, NULLS_FIRST, NULLS_LAST -> {
                    infer(operands.get(0), context);
                    alone(operands.subList(1, operands.size()));
                }
                case FILTER -> {
                    infer(operands.get(0), context);
                    inferAs(operands.get(1), SqlTypeName.BOOLEAN);
                }
                case AND, OR, NOT, IS_TRUE, IS_NOT_TRUE, IS_FALSE, IS_NOT_FALSE, IS_UNKNOWN ->
                    operands.forEach(operand -> inferAs(operand, SqlTypeName.BOOLEAN));
                case EQUALS,
                        NOT_EQUALS,
                        LESS_THAN,
                        LESS_THAN_OR_EQUAL,
                        GREATER_THAN,
                        GREATER_THAN_OR_EQUAL,
                        IS_DISTINCT_FROM,
                        IS_NOT_DISTINCT_FROM,
                        BETWEEN -> inferRows(operands);
                case IN, NOT_IN, SOME, ALL ->
                    inferRows(Stream.concat(
                                    Stream.of(operands.get(0)),
                                    operands.get(1) instanceof SqlNodeList list
                                            ? present(list.getList()).stream()
                                            : Stream.of(operands.get(1)))
                            .toList());
                case COALESCE, NULLIF, GREATEST, LEAST -> inferPeers(operands, context);
                case ARRAY_VALUE_CONSTRUCTOR -> inferPeers(operands, context.map(RelDataType::getComponentType));
                case ROW -> inferRow(operands, context);
                case ITEM -> {
                    alone(operands.subList(0, 1));
                    inferAs(operands.get(1), SqlTypeName.BIGINT);
                }
                case LIKE, SIMILAR -> operands.forEach(operand -> inferAs(operand, SqlTypeName.VARCHAR));
                case PRECEDING, FOLLOWING, NTILE -> inferAs(operands.get(0), SqlTypeName.BIGINT);
                case LAG, LEAD -> inferOffset(operands, context);
                case EXTRACT -> inferAs(operands.get(1), SqlTypeName.TIMESTAMP);
                case LISTAGG, STRING_AGG -> operands.forEach(operand -> inferAs(operand, SqlTypeName.VARCHAR));
                case SUM, AVG, STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP, PERCENTILE_CONT, PERCENTILE_DISC ->
                    inferAs(operands.get(0), SqlTypeName.DOUBLE);
                default -> {
                    if (isArithmetic(call)) {
                        inferArithmetic(operands, call, context);
                    } else {
                        inferFunction(call, operands);
                    }
                }
            }
        }

        /** Types operands that have one common type: that of the first typed operand, otherwise that of the context. */
        private void inferPeers(List<SqlNode> operands, Optional<RelDataType> context) {
            operands.stream()
                    .filter(operand -> !(operand instanceof SqlDynamicParam))
                    .forEach(operand -> infer(operand, Optional.empty()));
            Optional<RelDataType> common = operands.stream()
                    .map(this::find)
                    .flatMap(Optional::stream)
                    .findFirst()
                    .map(ParameterTyping.this::widened)
                    .or(() -> context);
            operands.forEach(operand -> infer(operand, common));
        }

        /** Values that are compared, or rows of them. */
        private void inferRows(List<SqlNode> values) {
            if (values.stream().noneMatch(value -> value.getKind() == SqlKind.ROW)) {
                inferPeers(values, Optional.empty());
                return;
            }
            List<List<SqlNode>> rows = values.stream()
                    .filter(value -> value.getKind() == SqlKind.ROW)
                    .map(ParameterTyping::parts)
                    .toList();
            int columns = rows.stream().mapToInt(List::size).min().orElse(0);
            for (int i = 0; i < columns; i++) {
                int column = i;
                inferPeers(rows.stream().map(row -> row.get(column)).toList(), Optional.empty());
            }
        }

        /** LAG and LEAD: the value, how many rows away, and a value for where there is no such row. */
        private void inferOffset(List<SqlNode> operands, Optional<RelDataType> context) {
            if (operands.size() > 1) {
                inferAs(operands.get(1), SqlTypeName.BIGINT);
            }
            inferPeers(
                    operands.size() > 2 ? List.of(operands.get(0), operands.get(2)) : operands.subList(0, 1), context);
        }

        private void inferArithmetic(List<SqlNode> operands, SqlCall call, Optional<RelDataType> context) {
            operands.stream()
                    .filter(operand -> !(operand instanceof SqlDynamicParam))
                    .forEach(operand -> infer(operand, Optional.empty()));
            Optional<RelDataType> beside =
                    operands.stream().map(this::find).flatMap(Optional::stream).findFirst();
            Optional<RelDataType> told =
                    beside.isPresent() ? beside.map(type -> other(widened(type), call, context)) : context;
            operands.forEach(operand -> infer(operand, told));
        }

        /** Types the other operand of arithmetic: for an interval a time or a number, for a date a number of days. */
        private RelDataType other(RelDataType known, SqlCall call, Optional<RelDataType> context) {
            if (SqlTypeUtil.isInterval(known)) {
                boolean times = call.getKind() == SqlKind.TIMES || call.getKind() == SqlKind.DIVIDE;
                return times
                        ? type(SqlTypeName.BIGINT)
                        : context.filter(SqlTypeUtil::isDatetime).orElseGet(() -> type(SqlTypeName.TIMESTAMP));
            }
            return known.getSqlTypeName() == SqlTypeName.DATE && call.getKind() == SqlKind.PLUS
                    ? type(SqlTypeName.INTEGER)
                    : known;
        }

        private void inferFunction(SqlCall call, List<SqlNode> operands) {
            SqlOperator operator = resolved(call);
            for (int i = 0; i < operands.size(); i++) {
                infer(operands.get(i), Optional.empty());
                infer(operands.get(i), declared(operator, i, operands));
            }
        }

        private Optional<RelDataType> find(SqlNode node) {
            if (isUntyped(node)) {
                return Optional.empty();
            }
            Optional<RelDataType> type = types.find(scope, node)
                    .map(found -> found.isStruct() && found.getFieldCount() == 1
                            ? found.getFieldList().get(0).getType()
                            : found)
                    .filter(found -> found.getSqlTypeName() != SqlTypeName.NULL);
            // 1.5 says that a fraction may stand here, not that two digits are enough.
            return node instanceof SqlLiteral
                    ? type.map(
                            found -> found.getSqlTypeName() == SqlTypeName.DECIMAL ? type(SqlTypeName.DOUBLE) : found)
                    : type;
        }

        /**
         * Returns the type that a function accepts at a position: the widest of DuckDB's types that our declaration
         * accepts.
         */
        private Optional<RelDataType> declared(SqlOperator operator, int index, List<SqlNode> operands) {
            Set<SqlTypeFamily> families = families(operator, index);
            List<SqlTypeName> taken = ArgumentTypes.of(operator.getName(), index).stream()
                    .filter(type -> families.stream()
                            .anyMatch(family -> family == SqlTypeFamily.ANY
                                    || family.getTypeNames().contains(type)))
                    .toList();
            boolean anything = taken.contains(SqlTypeName.DOUBLE) && taken.contains(SqlTypeName.VARCHAR);
            if (!taken.isEmpty() && !anything) {
                return Optional.of(type(taken.get(0)));
            }
            if (families.contains(SqlTypeFamily.ANY)) {
                return anything ? Optional.empty() : element(operator, operands);
            }
            boolean counts = index > 0 && !families(operator, 0).contains(SqlTypeFamily.NUMERIC);
            return families.stream()
                    .map(family -> widest(family, counts))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .map(ParameterTyping.this::type);
        }

        /** The operand next to a list is an element of that list. */
        private Optional<RelDataType> element(SqlOperator operator, List<SqlNode> operands) {
            for (int i = 0; i < operands.size(); i++) {
                if (families(operator, i).contains(SqlTypeFamily.ARRAY)) {
                    return find(operands.get(i))
                            .map(RelDataType::getComponentType)
                            .map(ParameterTyping.this::widened);
                }
            }
            return Optional.empty();
        }

        /** Gives parameters of unknown type that of another occurrence, or makes them texts, except operands of arithmetic. */
        private void finish(SqlNode node) {
            if (node instanceof SqlDynamicParam parameter) {
                if (!types.isTyped(parameter)) {
                    RelDataType elsewhere = inferred.get(parameter.getIndex());
                    types.set(scope, parameter, elsewhere == null ? type(SqlTypeName.VARCHAR) : elsewhere);
                }
                return;
            }
            boolean arithmetic = node instanceof SqlCall call && isArithmetic(call);
            for (SqlNode part : parts(node)) {
                if (arithmetic
                        && part instanceof SqlDynamicParam parameter
                        && !types.isTyped(parameter)
                        && !inferred.containsKey(parameter.getIndex())) {
                    untold.add(parameter);
                } else {
                    finish(part);
                }
            }
        }
    }

    private static boolean isArithmetic(SqlCall call) {
        return switch (call.getKind()) {
            case PLUS, MINUS, TIMES, DIVIDE, MOD, MINUS_PREFIX, PLUS_PREFIX -> true;
            default -> call.getOperator().equals(Arithmetic.INTEGER_DIVIDE);
        };
    }

    /** Returns the function of a call that Calcite has not resolved yet, or resolves to a function of its own. */
    private static SqlOperator resolved(SqlCall call) {
        SqlOperator operator = call.getOperator();
        if (FunctionTable.INSTANCE.contains(operator)) {
            return operator;
        }
        return FunctionTable.INSTANCE.getOperatorList().stream()
                .filter(known -> known.getName().equalsIgnoreCase(operator.getName()))
                .filter(known -> known.getOperandCountRange().isValidCount(call.operandCount()))
                .findFirst()
                .orElse(operator);
    }

    private static String name(SqlOperator operator) {
        return operator.getName().toLowerCase(Locale.ROOT);
    }

    /** Returns the types that our declaration accepts at a position. */
    private static Set<SqlTypeFamily> families(SqlOperator operator, int index) {
        Set<SqlTypeFamily> families = new LinkedHashSet<>();
        addFamilies(operator.getOperandTypeChecker(), index, families);
        if (families.isEmpty()) {
            families.add(
                    switch (name(operator)) {
                        case "||", "upper", "lower", "position", "trim", "char_length", "character_length" ->
                            SqlTypeFamily.CHARACTER;
                        default -> SqlTypeFamily.ANY;
                    });
        }
        return families;
    }

    private static void addFamilies(@Nullable SqlOperandTypeChecker checker, int index, Set<SqlTypeFamily> families) {
        if (checker instanceof CompositeOperandTypeChecker forms) {
            forms.getRules().forEach(rule -> addFamilies(rule, index, families));
        } else if (checker instanceof ImplicitCastOperandTypeChecker form
                && index < checker.getOperandCountRange().getMax()) {
            families.add(form.getOperandSqlTypeFamily(index));
        }
    }

    /** @param counts whether a number would say how many or which, and so be whole */
    private static Optional<SqlTypeName> widest(SqlTypeFamily family, boolean counts) {
        return switch (family) {
            case STRING, CHARACTER -> Optional.of(SqlTypeName.VARCHAR);
            case BOOLEAN -> Optional.of(SqlTypeName.BOOLEAN);
            case DATE -> Optional.of(SqlTypeName.DATE);
            case TIME -> Optional.of(SqlTypeName.TIME);
            case TIMESTAMP, DATETIME -> Optional.of(SqlTypeName.TIMESTAMP);
            case INTEGER -> Optional.of(SqlTypeName.BIGINT);
            case NUMERIC -> Optional.of(counts ? SqlTypeName.BIGINT : SqlTypeName.DOUBLE);
            default -> Optional.empty();
        };
    }
}
