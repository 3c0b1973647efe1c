package io.gatehouse.sql.dialect;

import io.gatehouse.error.TextRange;
import io.gatehouse.sql.function.Arithmetic;
import io.gatehouse.sql.function.Collate;
import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.function.TimeFunctions;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.parse.Lines;
import io.gatehouse.sql.parse.Positions;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import io.gatehouse.sql.parse.StatementText;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.SqlStarReplace;
import org.apache.calcite.sql.SqlUnknownLiteral;
import org.apache.calcite.sql.SqlUnpivot;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.util.TimestampString;

/**
 * Replaces DuckDB's dialect by standard SQL: x::t by CAST, GROUP BY ALL and ORDER BY ALL by the numbers of the items,
 * DISTINCT ON by QUALIFY, count() by count(*). Calls of Gatehouse's own functions are expanded.
 */
public final class DialectForms extends SqlShuttle {
    private static final int MICROSECONDS = 6;

    /** Conditions behind which a cast is one of the condition, and not of its last operand. */
    private static final Set<SqlKind> CASTS_BEHIND = EnumSet.of(SqlKind.EXISTS, SqlKind.IN, SqlKind.NOT_IN);

    private final DomainCalls functions;
    private final TableCalls tables;
    private final OutputColumns names;
    private final Optional<NumberSpelling> numbers;
    private final TreeSizeBound size = new TreeSizeBound();

    private DialectForms(DomainCalls functions, TableCalls tables, OutputColumns names, Optional<StatementText> text) {
        this.functions = functions;
        this.tables = tables;
        this.names = names;
        this.numbers = text.map(NumberSpelling::new);
    }

    /**
     * The statement in the standard's forms. What is written once and meant twice stands in both places.
     *
     * @param tables gets the table functions that the statement calls
     * @param validators each validates one part
     * @param text that the statement was read from; definitions of our own have none
     */
    public static SqlNode replace(
            SqlNode statement,
            DomainCalls functions,
            TableCalls tables,
            Supplier<OutputColumns.PartialValidator> validators,
            Optional<StatementText> text) {
        DialectForms forms = new DialectForms(functions, tables, new OutputColumns(validators, tables), text);
        SqlNode replaced = RelationForms.query(visited(statement, forms));
        forms.size.check(replaced);
        return replaced;
    }

    @Override
    public SqlNode visit(SqlCall call) {
        if (call instanceof SqlOrderBy order) {
            return order(order);
        }
        if (call instanceof SqlSelect select) {
            return select(select, SqlNodeList.EMPTY);
        }
        if (call instanceof SqlWith with) {
            return with(with, SqlNodeList.EMPTY);
        }
        if (PivotForm.isQuery(call)) {
            return pivot(call);
        }
        if (RelationForms.isUnionByName(call)) {
            return RelationForms.unionByName(below(call), names);
        }
        if (call.isA(SqlKind.SET_QUERY)) {
            return call.getOperator()
                    .createCall(
                            call.getParserPosition(),
                            operands(call).stream().map(RelationForms::query).toList());
        }
        if (call instanceof SqlJoin join) {
            PivotForm.checkJoin(join);
        }
        if (call instanceof SqlUnpivot unpivot) {
            return new PivotForm(names).named((SqlUnpivot) below(unpivot));
        }
        if (isCountOfNothing(call)) {
            SqlParserPos position = call.getParserPosition();
            return call.getOperator().createCall(position, SqlIdentifier.star(position));
        }
        SqlOperator operator = call.getOperator();
        if (operator.equals(SqlStdOperatorTable.EXPLICIT_TABLE)) {
            return SqlTrees.everythingFrom(call.operand(0));
        }
        if (operator.equals(SqlStdOperatorTable.COLLECTION_TABLE)) {
            return table(call);
        }
        if (RelationForms.isSeries(call) || tables.find(call).isPresent()) {
            throw StatementErrors.notSupported(call, "%s can only stand in FROM.".formatted(operator.getName()));
        }
        if (CASTS_BEHIND.contains(call.getKind())) {
            int last = call.operandCount() - 1;
            if (castsMany(call.operand(last))) {
                SqlCall cast = call.operand(last);
                List<SqlNode> operands = new ArrayList<>(call.getOperandList());
                operands.set(last, cast.operand(0));
                SqlNode condition = operator.createCall(call.getParserPosition(), operands);
                return cast(SqlStdOperatorTable.CAST.createCall(
                        call.getParserPosition(), visited(condition, this), cast.operand(1)));
            }
        }
        if (isInfixCast(call)) {
            return cast(with(SqlStdOperatorTable.CAST, call));
        }
        if (call.getKind() == SqlKind.CAST || call.getKind() == SqlKind.SAFE_CAST) {
            return cast(below(call));
        }
        if (operator.equals(DialectOperators.INTEGER_DIVIDE)) {
            return with(Arithmetic.INTEGER_DIVIDE, call);
        }
        if (operator.equals(DialectOperators.POWER_OF)) {
            return with(FunctionTable.POWER, call);
        }
        if (DialectOperators.isOnBits(operator)) {
            return with(Arithmetic.onBitsNamed(operator.getName()), call);
        }
        if (operator.equals(SqlStdOperatorTable.OVER)) {
            WindowForms.checkArguments(call);
            return WindowForms.written(below(call));
        }
        Optional<SqlNode> asFunction = OperatorForms.written(call);
        if (asFunction.isPresent()) {
            return visited(asFunction.get(), this);
        }
        if (call.getKind() == SqlKind.UNNEST
                && call.getOperandList().stream().anyMatch(list -> SqlUtil.isNullLiteral(list, false))) {
            throw StatementErrors.notSupported(call, "UNNEST takes a list; write UNNEST(CAST(NULL AS INTEGER[])).");
        }
        if (operator.equals(DialectOperators.UNNEST)) {
            return with(ListFunctions.UNNEST, call);
        }
        if (operator.equals(DialectOperators.COLLATE)) {
            return collated(call);
        }
        if (operator.equals(DialectOperators.AT_TIME_ZONE)) {
            List<SqlNode> operands = operands(call);
            return TimeFunctions.AT_ZONE.createCall(call.getParserPosition(), operands.get(1), operands.get(0));
        }
        if (operator.equals(DialectOperators.INTERVAL)) {
            return IntervalForm.written(below(call));
        }
        if (operator.equals(SqlLibraryOperators.TRANSLATE3)) {
            return with(FunctionTable.TRANSLATE, call);
        }
        if (operator.equals(SqlStdOperatorTable.PERCENTILE_CONT)) {
            return with(FunctionTable.PERCENTILE_CONT, call);
        }
        return operator instanceof SqlUnresolvedFunction ? function(call) : below(call);
    }

    @Override
    public SqlNode visit(SqlLiteral literal) {
        if (literal instanceof SqlUnknownLiteral unknown) {
            return time(unknown);
        }
        if (literal instanceof SqlNumericLiteral number
                && numbers.filter(written -> written.endsInPoint(number)).isPresent()) {
            SqlParserPos position = number.getParserPosition();
            return SqlStdOperatorTable.CAST.createCall(
                    position, number, TypeAliases.decimal(number.getPrec(), position));
        }
        return literal instanceof SqlIntervalLiteral interval ? IntervalForm.written(interval) : literal;
    }

    /**
     * A literal of a date or a time. Calcite reads one form only, {@code 2024-01-31 10:00:00.5}; others are left to
     * DuckDB's casts. A timestamp gets microseconds, because Calcite types one without a fraction as seconds only.
     */
    private static SqlNode time(SqlUnknownLiteral literal) {
        SqlParserPos position = literal.getParserPosition();
        SqlTypeName type = SqlTypeName.get(literal.tag);
        if (type == null) {
            return literal;
        }
        try {
            SqlLiteral value = literal.resolve(type);
            return type == SqlTypeName.TIMESTAMP
                    ? SqlLiteral.createTimestamp(type, value.getValueAs(TimestampString.class), MICROSECONDS, position)
                    : literal;
        } catch (CalciteContextException | IllegalArgumentException otherForm) {
            return SqlStdOperatorTable.CAST.createCall(
                    position,
                    SqlLiteral.createCharString(literal.getValue(), position),
                    type == SqlTypeName.TIMESTAMP
                            ? TypeAliases.timestamp(position)
                            : new SqlDataTypeSpec(new SqlBasicTypeNameSpec(type, position), position));
        }
    }

    @Override
    public SqlNode visit(SqlDataTypeSpec type) {
        return TypeAliases.standard(type);
    }

    /** Replaces TABLE(function), as which FROM function is parsed. */
    private SqlNode table(SqlCall collection) {
        if (!(collection.operand(0) instanceof SqlCall call)) {
            return below(collection);
        }
        return RelationForms.isSeries(call)
                ? RelationForms.series(call)
                : tables.find(call)
                        .<SqlNode>map(function -> tables.relation(function, call, operands(call)))
                        .orElseGet(() -> below(collection));
    }

    /** Visits each argument once; otherwise the work would double with each level of nesting. */
    private SqlNode function(SqlCall call) {
        return functions
                .find(call)
                .map(function -> function.written(call, operands(call)))
                .orElseGet(() -> below(call));
    }

    private List<SqlNode> operands(SqlCall call) {
        return call.getOperandList().stream()
                .map(operand -> visited(operand, this))
                .toList();
    }

    /**
     * Whether this is an infix cast. The grammar parses EXISTS (...)::t as EXISTS ((...)::t), and x IN (...)::t alike, as it
     * does with the minus of -1::t.
     */
    private static boolean isInfixCast(SqlNode node) {
        return node instanceof SqlCall call && call.getOperator().equals(DialectOperators.INFIX_CAST);
    }

    /** Whether an infix cast is of a query or of a list in parentheses. */
    private static boolean castsMany(SqlNode node) {
        return isInfixCast(node)
                && (((SqlCall) node).operand(0) instanceof SqlNodeList
                        || ((SqlCall) node).operand(0).isA(SqlKind.QUERY));
    }

    /** Casts to a coarser timestamp and back, so that the result is an ordinary timestamp. */
    private static SqlNode cast(SqlNode cast) {
        SqlParserPos position = cast.getParserPosition();
        if (cast instanceof SqlCall call && call.operand(1) instanceof SqlIntervalQualifier unit) {
            throw StatementErrors.notSupported(
                    unit, "A cast to INTERVAL does not support a unit; write CAST(x AS INTERVAL).");
        }
        return cast instanceof SqlCall call && TypeAliases.isCoarse(call.operand(1))
                ? call.getOperator().createCall(position, call, TypeAliases.timestamp(position))
                : cast;
    }

    /** text COLLATE name, with the name as a text. */
    private SqlNode collated(SqlCall call) {
        SqlNode name = call.operand(1);
        if (!Collate.isKnown(name.toString())) {
            throw StatementErrors.invalid(
                    name,
                    "There is no collation '%s'; there are NOCASE, NOACCENT and languages such as DE.".formatted(name));
        }
        SqlNode text = visited(call.operand(0), this);
        SqlNode literal = SqlLiteral.createCharString(name.toString(), name.getParserPosition());
        return Collate.OPERATOR.createCall(call.getParserPosition(), text, literal);
    }

    private SqlNode with(SqlOperator operator, SqlCall call) {
        return operator.createCall(call.getParserPosition(), operands(call));
    }

    private static boolean isCountOfNothing(SqlCall call) {
        return call.getOperator() instanceof SqlUnresolvedFunction function
                && call.operandCount() == 0
                && call.getFunctionQuantifier() == null
                && function.getName().toLowerCase(Locale.ROOT).equals("count");
    }

    private SqlNode pivot(SqlCall call) {
        PivotForm form = new PivotForm(names);
        return call.getOperator().equals(DialectOperators.PIVOT) ? form.query(below(call)) : form.unpivot(below(call));
    }

    /** @param order the keys by which its rows are sorted, in the standard's forms */
    private SqlNode with(SqlWith with, SqlNodeList order) {
        SqlNodeList items = new SqlNodeList(with.withList.getParserPosition());
        Set<String> defined = new HashSet<>();
        for (SqlNode node : with.withList) {
            SqlWithItem item = (SqlWithItem) visited(node, this);
            item.columnList = RelationForms.columnNames(item);
            if (!defined.add(SqlTrees.simpleKey(item.name))) {
                throw StatementErrors.invalid(
                        item.name,
                        "WITH defines '%s' twice; give one of the queries another name.".formatted(item.name));
            }
            items.add(item);
            names.enter(item);
        }
        SqlNode body = query(with.body, order);
        items.forEach(item -> names.leave());
        return new SqlWith(with.getParserPosition(), items, body);
    }

    private SqlNode query(SqlNode query, SqlNodeList order) {
        if (query instanceof SqlSelect select) {
            return select(select, order);
        }
        return query instanceof SqlWith with ? with(with, order) : RelationForms.query(visited(query, this));
    }

    private SqlNode order(SqlOrderBy order) {
        SqlNodeList written = new SqlNodeList(order.orderList.getParserPosition());
        WindowForms.NamedWindows.writtenOut(order.orderList, order.query)
                .forEach(key -> written.add(visited(key, this)));
        SqlNode query = query(order.query, written);
        SqlNodeList keys = new SqlNodeList(order.orderList.getParserPosition());
        for (SqlNode key : written) {
            if (isAll(SqlTrees.bare(key))) {
                AllKeys.orderKeys(query, key, names).forEach(keys::add);
            } else {
                keys.add(key);
            }
        }
        return new SqlOrderBy(order.getParserPosition(), query, keys, order.offset, order.fetch);
    }

    /** @param order the keys by which its rows are sorted, in the standard's forms */
    private SqlNode select(SqlSelect select, SqlNodeList order) {
        SqlSelect copy =
                (SqlSelect) below(WindowForms.NamedWindows.writtenOut(select)).clone(select.getParserPosition());
        size.check(copy);
        if (copy.getFrom() != null) {
            copy.setFrom(RelationForms.withColumnNames(copy.getFrom()));
        }
        if (copy.getGroup() != null
                && copy.getGroup().size() == 1
                && isAll(copy.getGroup().get(0))) {
            AllKeys.writeStars(copy, names);
            copy.setGroupBy(AllKeys.groupKeys(copy, names).orElse(null));
        }
        if (copy.getHaving() instanceof SqlLiteral never && isFalse(never)) {
            copy.setHaving(never(never.getParserPosition()));
        }
        if (copy.getHaving() != null) {
            copy.setHaving(condition(copy.getHaving()));
        }
        if (copy.getQualify() != null) {
            copy.setQualify(condition(copy.getQualify()));
        }
        SqlNode qualify = copy.getQualify();
        if (qualify instanceof SqlCall call && call.getOperator().equals(DialectOperators.DISTINCT_ON)) {
            if (call.getOperandList().stream().anyMatch(SqlNumericLiteral.class::isInstance)
                    || order.stream().map(SqlTrees::bare).anyMatch(SqlNumericLiteral.class::isInstance)) {
                AllKeys.writeStars(copy, names);
            }
            copy.setQualify(WindowForms.firstOfEach(copy, new OwnColumns(copy, names), call, order));
        }
        return copy;
    }

    /** Marks a condition that is a sub-query as a single value; Calcite does that in WHERE only. */
    private static SqlNode condition(SqlNode condition) {
        return condition.isA(SqlKind.QUERY)
                ? SqlStdOperatorTable.SCALAR_QUERY.createCall(condition.getParserPosition(), condition)
                : condition;
    }

    private static boolean isFalse(SqlLiteral literal) {
        return literal.getTypeName() == SqlTypeName.BOOLEAN && !literal.booleanValue();
    }

    /** Returns 1 = 0, because with HAVING FALSE Calcite drops the aggregates and their types. */
    private static SqlNode never(SqlParserPos position) {
        return SqlStdOperatorTable.EQUALS.createCall(
                position, SqlTrees.number(1, position), SqlTrees.number(0, position));
    }

    public static boolean isStar(SqlNode item) {
        return item instanceof SqlStarExclude
                || item instanceof SqlStarReplace
                || StarForm.isStar(item)
                || (item instanceof SqlIdentifier name && name.isStar())
                || StarForm.holdsColumns(item);
    }

    /** Whether a key is ALL. */
    static boolean isAll(SqlNode node) {
        return node instanceof SqlCall call && call.getOperator().equals(DialectOperators.ALL_COLUMNS);
    }

    private SqlCall below(SqlCall call) {
        SqlNode visited = super.visit(call);
        return visited == null ? call : (SqlCall) visited;
    }

    private static SqlNode visited(SqlNode node, DialectForms forms) {
        SqlNode visited = node.accept(forms);
        return visited == null ? node : visited;
    }

    /** The original spelling of numbers; Calcite keeps only their values and positions. */
    private static final class NumberSpelling {
        /** The position of a number includes parentheses around it. */
        private static final Pattern ENDING_IN_POINT = Pattern.compile("[-+(\\s]*[\\d_]+\\.[)\\s]*");

        private final String text;
        private final Lines lines;

        NumberSpelling(StatementText statement) {
            text = statement.text();
            lines = new Lines(text);
        }

        /** Whether a number was written as {@code 3.}, which is a DECIMAL. */
        boolean endsInPoint(SqlNumericLiteral number) {
            if (!number.isInteger()) {
                return false;
            }
            TextRange place = Positions.of(number);
            int first = lines.offset(place.line(), place.column());
            int last = lines.offset(place.endLine(), place.endColumn());
            return ENDING_IN_POINT.matcher(text).region(first, last + 1).matches();
        }
    }
}
