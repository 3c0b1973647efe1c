package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.TextValues;
import io.gatehouse.pg.wire.WireType;
import io.gatehouse.sql.function.PatternSize;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.grammar.NamedParameter;
import io.gatehouse.sql.parse.StatementErrors;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCollectionTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** Binds expressions: each node of the parse tree becomes a function of a row, with its type. */
final class ExpressionBinder {
    private static final Set<String> AGGREGATES =
            Set.of("count", "min", "max", "sum", "avg", "array_agg", "string_agg", "bool_and", "bool_or", "every");

    private static final Set<String> SERIES = Set.of(
            "unnest",
            "generate_series",
            "generate_subscripts",
            "_pg_expandarray",
            "pg_get_keywords",
            "aclexplode",
            "pg_options_to_table");

    /** Words that are functions without brackets. */
    private static final Set<String> WORDS = Set.of(
            "current_user",
            "session_user",
            "user",
            "current_role",
            "current_catalog",
            "current_schema",
            "current_date",
            "current_timestamp",
            "localtimestamp");

    /** Characters and repetitions of a pattern. */
    private static final int MAX_PARTS = 10_000;

    /** Characters of a text times the parts of the pattern that it is matched with. */
    private static final double MAX_MATCH = 1e8;

    private static final int MAX_PATTERNS = 100;

    private final QueryBinder queries;
    private final Functions functions;
    private final Values values;
    private final Parameters parameters;

    ExpressionBinder(QueryBinder queries, Functions functions, Values values, Parameters parameters) {
        this.queries = requireNonNull(queries, "queries is null");
        this.functions = requireNonNull(functions, "functions is null");
        this.values = requireNonNull(values, "values is null");
        this.parameters = requireNonNull(parameters, "parameters is null");
    }

    /** The name that a column has for an expression without an alias. */
    static String name(SqlNode node) {
        if (node instanceof SqlIdentifier identifier) {
            return identifier.names.get(identifier.names.size() - 1);
        }
        if (node instanceof SqlBasicCall call
                && (call.getOperator().equals(DialectOperators.INFIX_CAST) || call.getKind() == SqlKind.CAST)) {
            String inner = name(call.operand(0));
            return inner.equals("?column?")
                    ? type((SqlDataTypeSpec) call.operand(1)).base().internalName()
                    : inner;
        }
        if (node.getKind() == SqlKind.DOT) {
            return name(((SqlCall) node).operand(1));
        }
        if (node.getKind() == SqlKind.ITEM
                || node.getKind() == SqlKind.COLLECTION_TABLE
                || node.getKind() == SqlKind.OVER) {
            return name(((SqlCall) node).operand(0));
        }
        if (node instanceof SqlCase) {
            return "case";
        }
        if (node.getKind() == SqlKind.ARRAY_QUERY_CONSTRUCTOR || node.getKind() == SqlKind.ARRAY_VALUE_CONSTRUCTOR) {
            return "array";
        }
        return node instanceof SqlCall call && isFunction(call) ? functionName(call) : "?column?";
    }

    private static boolean isFunction(SqlCall call) {
        return call.getOperator() instanceof SqlFunction
                || call.getKind() == SqlKind.EXISTS
                || call.getKind() == SqlKind.UNNEST
                || call.getOperator().equals(DialectOperators.UNNEST);
    }

    private static String functionName(SqlCall call) {
        SqlIdentifier id = call.getOperator() instanceof SqlFunction function ? function.getSqlIdentifier() : null;
        String name = id == null ? call.getOperator().getName() : id.names.get(id.names.size() - 1);
        return name.toLowerCase(Locale.ROOT);
    }

    /** Binds an expression. */
    Expr bind(SqlNode node, Scope scope) {
        if (node instanceof SqlIdentifier identifier) {
            return column(identifier, scope);
        }
        if (node instanceof SqlLiteral literal) {
            return literal(literal);
        }
        if (node instanceof SqlDynamicParam parameter) {
            return parameter(parameter);
        }
        if (node.getKind().belongsTo(SqlKind.QUERY)
                || node.getKind() == SqlKind.WITH
                || node.getKind() == SqlKind.ORDER_BY) {
            return scalar(node, scope);
        }
        if (node instanceof SqlCase choice) {
            return choice(choice, scope);
        }
        if (node instanceof SqlNodeList list && list.size() == 1) {
            return bind(list.get(0), scope);
        }
        if (node instanceof SqlCall call) {
            return call(call, scope);
        }
        throw StatementErrors.notSupported(node, "The catalogue has no expression like \"%s\".".formatted(node));
    }

    private Expr column(SqlIdentifier identifier, Scope scope) {
        int depth = 0;
        for (Scope level = scope; level != null; level = level.outer()) {
            Optional<Integer> place = level.find(identifier.names);
            if (place.isPresent()) {
                int index = place.orElseThrow();
                int levels = depth;
                WireType type = level.columns().get(index).type();
                return levels == 0
                        ? Expr.of(type, frame -> frame.row()[index])
                        : Expr.of(type, frame -> frame.up(levels).row()[index]);
            }
            depth++;
        }
        if (identifier.isSimple() && WORDS.contains(identifier.getSimple())) {
            return functions.call(identifier.getSimple(), List.of(), identifier);
        }
        throw StatementErrors.invalid(
                identifier,
                "There is no column \"%s\" in the catalogue.".formatted(String.join(".", identifier.names)));
    }

    private static Expr literal(SqlLiteral literal) {
        if (literal.getTypeName() == SqlTypeName.NULL) {
            return Expr.literal(null);
        }
        if (literal.getTypeName() == SqlTypeName.BOOLEAN) {
            return Expr.constant(PgType.BOOL, literal.booleanValue());
        }
        if (literal instanceof SqlNumericLiteral number) {
            BigDecimal value = number.bigDecimalValue();
            if (value == null || !number.isInteger() || value.precision() > 18) {
                return Expr.constant(PgType.NUMERIC, value);
            }
            long whole = value.longValueExact();
            return Expr.constant(whole == (int) whole ? PgType.INT4 : PgType.INT8, whole);
        }
        if (literal.getTypeName() == SqlTypeName.CHAR) {
            return Expr.literal(literal.getValueAs(String.class));
        }
        throw QueryBinder.unknown(literal);
    }

    private Expr parameter(SqlDynamicParam node) {
        if (node instanceof NamedParameter named) {
            throw StatementErrors.notSupported(
                    node, "Parameters have no names here; write $1 in the place of :%s.".formatted(named.name()));
        }
        int index = parameters.index(node.getIndex());
        Optional<WireType> known = parameters.type(index);
        return new Expr(
                known.orElse(WireType.of(PgType.TEXT)),
                known.isEmpty(),
                index,
                frame -> frame.run().parameter(index));
    }

    private Expr scalar(SqlNode node, Scope scope) {
        QueryPlan plan = queries.bind(node, scope);
        WireType type = plan.fields().get(0).type();
        return Expr.of(type, frame -> {
            List<@Nullable Object[]> rows = plan.rows(frame.run(), frame);
            if (rows.size() > 1) {
                throw new GatehouseException(ErrorCode.SQL_EXECUTION, "A sub-query gives more than one row.");
            }
            return rows.isEmpty() ? null : rows.get(0)[0];
        });
    }

    private Expr choice(SqlCase node, Scope scope) {
        List<Expr> conditions = new ArrayList<>();
        List<Expr> results = new ArrayList<>();
        Optional<Expr> subject = Optional.ofNullable(node.getValueOperand()).map(value -> bind(value, scope));
        for (SqlNode when : node.getWhenOperands()) {
            Expr condition = bind(when, scope);
            conditions.add(subject.map(value -> equal(alike(value, condition))).orElse(condition));
        }
        node.getThenOperands().forEach(then -> results.add(bind(then, scope)));
        SqlNode otherwise = node.getElseOperand();
        results.add(otherwise == null ? Expr.literal(null) : bind(otherwise, scope));
        List<Expr> alike = unified(results);
        return Expr.of(alike.get(0).type(), frame -> {
            for (int i = 0; i < conditions.size(); i++) {
                if (conditions.get(i).isTrue(frame)) {
                    return alike.get(i).evaluate(frame);
                }
            }
            return alike.get(alike.size() - 1).evaluate(frame);
        });
    }

    /** Gives those without a type the type of the first that has one. */
    List<Expr> unified(List<Expr> expressions) {
        Optional<WireType> type = expressions.stream()
                .filter(expression -> !expression.untyped())
                .map(Expr::type)
                .findFirst();
        return type.isEmpty()
                ? expressions
                : expressions.stream()
                        .map(expression -> expression.untyped()
                                ? cast(expression, type.orElseThrow())
                                : expression.withType(type.orElseThrow()))
                        .toList();
    }

    /** Two sides of a comparison: one without a type takes that of the other. */
    List<Expr> alike(Expr one, Expr other) {
        if (one.untyped() && !other.untyped()) {
            return List.of(cast(one, other.type()), other);
        }
        if (other.untyped() && !one.untyped()) {
            return List.of(one, cast(other, one.type()));
        }
        return List.of(one, other);
    }

    Expr cast(Expr value, WireType type) {
        if (value.parameter() >= 0) {
            parameters.infer(value.parameter(), type);
        }
        if (!value.untyped() && value.type().equals(type)) {
            return value;
        }
        return Expr.of(type, frame -> values.cast(value.evaluate(frame), value.type(), type));
    }

    /** Whether values of these types that compare as equal have the same key in a hash table. */
    static boolean comparesByKey(WireType one, WireType other) {
        return !one.array() && !other.array() && kind(one) == kind(other);
    }

    private static char kind(WireType type) {
        return type.base().isWhole()
                ? 'N'
                : type.base() == PgType.CHAR ? 'S' : type.base().category();
    }

    static Expr equal(Expr one, Expr other) {
        return equal(List.of(one, other));
    }

    private static Expr equal(List<Expr> sides) {
        return comparison(sides, order -> order == 0);
    }

    private static Expr comparison(List<Expr> sides, IntPredicate holds) {
        Expr one = sides.get(0);
        Expr other = sides.get(1);
        return Expr.of(PgType.BOOL, frame -> {
            Object a = one.evaluate(frame);
            Object b = a == null ? null : other.evaluate(frame);
            return (a == null || b == null) ? null : (Boolean) holds.test(Values.compare(a, b));
        });
    }

    private Expr comparison(SqlCall call, Scope scope, IntPredicate holds) {
        return comparison(alike(bind(call.operand(0), scope), bind(call.operand(1), scope)), holds);
    }

    private Expr call(SqlCall call, Scope scope) {
        return switch (call.getKind()) {
            case AND -> logic(call, scope, false);
            case OR -> logic(call, scope, true);
            case NOT -> negated(bind(call.operand(0), scope));
            case EQUALS -> comparison(call, scope, order -> order == 0);
            case NOT_EQUALS -> comparison(call, scope, order -> order != 0);
            case LESS_THAN -> comparison(call, scope, order -> order < 0);
            case LESS_THAN_OR_EQUAL -> comparison(call, scope, order -> order <= 0);
            case GREATER_THAN -> comparison(call, scope, order -> order > 0);
            case GREATER_THAN_OR_EQUAL -> comparison(call, scope, order -> order >= 0);
            case BETWEEN -> between(call, scope);
            case IS_NULL -> test(call, scope, value -> value == null);
            case IS_NOT_NULL -> test(call, scope, value -> value != null);
            case IS_TRUE -> test(call, scope, value -> Boolean.TRUE.equals(value));
            case IS_NOT_TRUE -> test(call, scope, value -> !Boolean.TRUE.equals(value));
            case IS_FALSE -> test(call, scope, value -> Boolean.FALSE.equals(value));
            case IS_NOT_FALSE -> test(call, scope, value -> !Boolean.FALSE.equals(value));
            case IS_DISTINCT_FROM -> distinct(call, scope, true);
            case IS_NOT_DISTINCT_FROM -> distinct(call, scope, false);
            case IN, NOT_IN -> in(call, scope);
            case SOME, ALL -> quantified(call, scope);
            case EXISTS -> exists(call, scope);
            case LIKE -> like(call, scope);
            case POSIX_REGEX_CASE_SENSITIVE, POSIX_REGEX_CASE_INSENSITIVE -> regex(call, scope);
            case CAST -> cast(bind(call.operand(0), scope), type((SqlDataTypeSpec) call.operand(1)));
            case PLUS, MINUS, TIMES, DIVIDE, MOD -> arithmetic(call, scope);
            case MINUS_PREFIX -> minus(bind(call.operand(0), scope));
            case PLUS_PREFIX -> bind(call.operand(0), scope);
            case ITEM -> item(call, scope);
            case DOT -> field(call, scope);
            case ARRAY_VALUE_CONSTRUCTOR -> array(call, scope);
            case ARRAY_QUERY_CONSTRUCTOR -> arrayOf(queries.bind(call.operand(0), scope));
            case OVER -> window(call, scope);
            case TRIM -> trim(call, scope);
            case POSITION ->
                functions.call("strpos", List.of(bind(call.operand(1), scope), bind(call.operand(0), scope)), call);
            default -> other(call, scope);
        };
    }

    private Expr other(SqlCall call, Scope scope) {
        if (call.getOperator().equals(DialectOperators.INFIX_CAST)) {
            return cast(bind(call.operand(0), scope), type((SqlDataTypeSpec) call.operand(1)));
        }
        if (call.getOperator().equals(DialectOperators.COLLATE)) {
            return bind(call.operand(0), scope);
        }
        if (call.getOperator().getName().equals("||")) {
            return concatenated(bind(call.operand(0), scope), bind(call.operand(1), scope));
        }
        if (DialectOperators.isOnBits(call.getOperator())) {
            return bits(call, scope);
        }
        if (isFunction(call)) {
            return function(call, scope);
        }
        throw StatementErrors.notSupported(
                call,
                "The catalogue has no operator \"%s\"."
                        .formatted(call.getOperator().getName()));
    }

    private Expr function(SqlCall call, Scope scope) {
        String name = functionName(call);
        if (AGGREGATES.contains(name)) {
            scope.setAggregates(true);
            return aggregate(name, call, scope);
        }
        if (SERIES.contains(name)) {
            Expr list = bindSeries(call, scope);
            int place = scope.series().size();
            scope.series().add(list);
            boolean composite = Functions.elementFields(name, list.type(), "").size() > 1;
            return Expr.of(
                    composite ? WireType.of(PgType.RECORD) : QueryBinder.element(list.type()),
                    frame -> frame.series(place));
        }
        List<Expr> arguments = call.getOperandList().stream()
                .map(argument -> bind(argument, scope))
                .toList();
        return switch (name) {
            case "coalesce" -> coalesced(unified(arguments));
            case "nullif" -> nullIf(alike(arguments.get(0), arguments.get(1)));
            case "greatest", "least" -> extreme(unified(arguments), name.equals("greatest") ? 1 : -1);
            default -> functions.call(name, arguments, call);
        };
    }

    /** Binds a set-returning function to the list of its elements. */
    Expr bindSeries(SqlNode node, Scope scope) {
        SqlCall call = (SqlCall) node;
        List<Expr> arguments = call.getOperandList().stream()
                .map(argument -> bind(argument, scope))
                .toList();
        return functions.series(functionName(call), arguments, call);
    }

    private Expr logic(SqlCall call, Scope scope, boolean decisive) {
        Expr one = bind(call.operand(0), scope);
        Expr other = bind(call.operand(1), scope);
        return Expr.of(PgType.BOOL, frame -> {
            Object a = one.evaluate(frame);
            if (a instanceof Boolean first && first == decisive) {
                return decisive;
            }
            Object b = other.evaluate(frame);
            if (b instanceof Boolean second && second == decisive) {
                return decisive;
            }
            return (a == null || b == null) ? null : (Boolean) !decisive;
        });
    }

    private static Expr negated(Expr value) {
        return Expr.of(PgType.BOOL, frame -> value.evaluate(frame) instanceof Boolean bool ? (Boolean) !bool : null);
    }

    private Expr test(SqlCall call, Scope scope, Predicate<@Nullable Object> holds) {
        Expr value = bind(call.operand(0), scope);
        return Expr.of(PgType.BOOL, frame -> holds.test(value.evaluate(frame)));
    }

    private Expr distinct(SqlCall call, Scope scope, boolean wanted) {
        List<Expr> sides = alike(bind(call.operand(0), scope), bind(call.operand(1), scope));
        return Expr.of(PgType.BOOL, frame -> {
            Object a = sides.get(0).evaluate(frame);
            Object b = sides.get(1).evaluate(frame);
            boolean differ = (a == null || b == null) ? a != b : (Values.compare(a, b) != 0);
            return differ == wanted;
        });
    }

    private Expr between(SqlCall call, Scope scope) {
        Expr value = bind(call.operand(0), scope);
        Expr low = comparison(alike(value, bind(call.operand(1), scope)), order -> order >= 0);
        Expr high = comparison(alike(value, bind(call.operand(2), scope)), order -> order <= 0);
        Expr both = Expr.of(PgType.BOOL, frame -> {
            Object a = low.evaluate(frame);
            Object b = high.evaluate(frame);
            if (Boolean.FALSE.equals(a) || Boolean.FALSE.equals(b)) {
                return false;
            }
            return (a == null || b == null) ? null : (Boolean) true;
        });
        return call.getOperator().getName().startsWith("NOT") ? negated(both) : both;
    }

    private Expr in(SqlCall call, Scope scope) {
        Expr value = bind(call.operand(0), scope);
        SqlNode right = call.operand(1);
        Expr found;
        if (right instanceof SqlNodeList list) {
            List<Expr> sides = list.stream()
                    .map(item -> alike(value, bind(item, scope)).get(1))
                    .toList();
            Expr subject = list.isEmpty()
                    ? value
                    : alike(value, bind(list.get(0), scope)).get(0);
            found = Expr.of(PgType.BOOL, frame -> contains(subject.evaluate(frame), sides, frame));
        } else {
            QueryPlan plan = queries.bind(right, scope);
            Expr subject = value.untyped() ? cast(value, plan.fields().get(0).type()) : value;
            found = Expr.of(PgType.BOOL, frame -> {
                List<@Nullable Object> all = new ArrayList<>();
                plan.rows(frame.run(), frame).forEach(row -> all.add(row[0]));
                return some(subject.evaluate(frame), all, order -> order == 0);
            });
        }
        return call.getKind() == SqlKind.NOT_IN || call.getOperator().getName().startsWith("NOT")
                ? negated(found)
                : found;
    }

    private static @Nullable Boolean contains(@Nullable Object value, List<Expr> items, Frame frame) {
        List<@Nullable Object> all = new ArrayList<>();
        items.forEach(item -> all.add(item.evaluate(frame)));
        return some(value, all, order -> order == 0);
    }

    /** Whether a comparison holds for some element; NULL if that is not known. */
    private static @Nullable Boolean some(@Nullable Object value, List<?> all, IntPredicate holds) {
        boolean unknown = value == null && !all.isEmpty();
        if (value != null) {
            for (Object item : all) {
                if (item == null) {
                    unknown = true;
                } else if (holds.test(Values.compare(value, item))) {
                    return true;
                }
            }
        }
        return unknown ? null : (Boolean) false;
    }

    /** x = ANY (list), x &lt;&gt; ALL (list), and both over a sub-query. */
    private Expr quantified(SqlCall call, Scope scope) {
        Expr value = bind(call.operand(0), scope);
        SqlNode right = call.operand(1);
        SqlNode inner = right instanceof SqlNodeList list && list.size() == 1 ? list.get(0) : right;
        String sign = call.getOperator().getName().split(" ", -1)[0];
        IntPredicate holds = switch (sign) {
            case "=" -> order -> order == 0;
            case "<>", "!=" -> order -> order != 0;
            case "<" -> order -> order < 0;
            case "<=" -> order -> order <= 0;
            case ">" -> order -> order > 0;
            default -> order -> order >= 0;
        };
        boolean all = call.getKind() == SqlKind.ALL;
        if (inner.getKind().belongsTo(SqlKind.QUERY)) {
            Expr list = arrayOf(queries.bind(inner, scope));
            return quantified(value, list, holds, all);
        }
        Expr list = bind(inner, scope);
        boolean typed = !value.untyped() && !value.type().array();
        boolean open = list.untyped() || (list.type().array() && inner.getKind() == SqlKind.ARRAY_VALUE_CONSTRUCTOR);
        Expr elements = open && typed ? cast(list, WireType.arrayOf(value.type().base())) : list;
        Expr subject = value.untyped() ? cast(value, QueryBinder.element(elements.type())) : value;
        return quantified(subject, elements, holds, all);
    }

    private static Expr quantified(Expr value, Expr list, IntPredicate holds, boolean all) {
        return Expr.of(PgType.BOOL, frame -> {
            if (!(list.evaluate(frame) instanceof List<?> elements)) {
                return null;
            }
            Object subject = value.evaluate(frame);
            if (!all) {
                return some(subject, elements, holds);
            }
            Boolean fails = some(subject, elements, holds.negate());
            return fails == null ? null : (Boolean) !fails;
        });
    }

    private Expr exists(SqlCall call, Scope scope) {
        QueryPlan plan = queries.bind(call.operand(0), scope);
        return Expr.of(PgType.BOOL, frame -> !plan.rows(frame.run(), frame).isEmpty());
    }

    private Expr arrayOf(QueryPlan plan) {
        return Expr.of(WireType.arrayOf(plan.fields().get(0).type().base()), frame -> {
            List<@Nullable Object> elements = new ArrayList<>();
            plan.rows(frame.run(), frame).forEach(row -> elements.add(row[0]));
            return elements;
        });
    }

    // Texts.

    private Expr like(SqlCall call, Scope scope) {
        String operator = call.getOperator().getName();
        boolean anyCase = operator.contains("ILIKE");
        Expr like = bind(call.operand(1), scope);
        Expr found = matching(
                bind(call.operand(0), scope),
                call.operandCount() > 2 ? escaped(like, bind(call.operand(2), scope)) : like,
                pattern -> Pattern.compile(
                        likePattern(pattern), anyCase ? Pattern.CASE_INSENSITIVE | Pattern.DOTALL : Pattern.DOTALL),
                true);
        return operator.startsWith("NOT") ? negated(found) : found;
    }

    /** A pattern with an ESCAPE of its own, written with a backslash for it; an empty ESCAPE is none. */
    private static Expr escaped(Expr pattern, Expr escape) {
        return Expr.of(PgType.TEXT, frame -> {
            Object like = pattern.evaluate(frame);
            Object by = escape.evaluate(frame);
            if (like == null || by == null) {
                return null;
            }
            String text = TextValues.text(like);
            String mark = TextValues.text(by);
            if (mark.length() > 1) {
                throw new GatehouseException(
                        ErrorCode.SQL_EXECUTION, "ESCAPE takes one character, not \"%s\".".formatted(mark));
            }
            StringBuilder written = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                boolean escapes = text.startsWith(mark, i) && !mark.isEmpty() && i + 1 < text.length();
                char c = escapes ? text.charAt(++i) : text.charAt(i);
                written.append(escapes || c == '\\' ? "\\" : "").append(c);
            }
            return written.toString();
        });
    }

    /** % is any text, _ any character, \ takes the next character as it is. */
    private static String likePattern(String like) {
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < like.length(); i++) {
            char c = like.charAt(i);
            if (c == '\\' && i + 1 < like.length()) {
                pattern.append(Pattern.quote(like.substring(++i, i + 1)));
            } else {
                pattern.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return pattern.toString();
    }

    private Expr regex(SqlCall call, Scope scope) {
        boolean anyCase = call.getKind() == SqlKind.POSIX_REGEX_CASE_INSENSITIVE;
        Expr found = matching(
                bind(call.operand(0), scope),
                bind(call.operand(1), scope),
                pattern -> Pattern.compile(pattern, anyCase ? Pattern.CASE_INSENSITIVE : 0),
                false);
        return call.getOperator().getName().startsWith("NEGATED") ? negated(found) : found;
    }

    /** A compiled pattern and its size, which the time to match it is proportional to. */
    private record Compiled(Pattern pattern, double parts) {}

    private Expr matching(Expr text, Expr pattern, Function<String, Pattern> compiler, boolean whole) {
        Map<String, Compiled> known = new HashMap<>();
        return Expr.of(PgType.BOOL, frame -> {
            Object value = text.evaluate(frame);
            Object wanted = pattern.evaluate(frame);
            if (value == null || wanted == null) {
                return null;
            }
            Compiled found = compiled(known, TextValues.text(wanted), compiler);
            String subject = values.text(value, text.type());
            if (subject.length() * found.parts() > MAX_MATCH) {
                throw new GatehouseException(
                        ErrorCode.SQL_TOO_LARGE, "A pattern of the catalogue is too large for a text this long.");
            }
            return whole
                    ? found.pattern().matches(subject)
                    : found.pattern().matcher(subject).find();
        });
    }

    private static Compiled compiled(Map<String, Compiled> known, String text, Function<String, Pattern> compiler) {
        Compiled found = known.get(text);
        if (found != null) {
            return found;
        }
        double parts = Math.max(PatternSize.parts(text), text.length());
        if (parts > MAX_PARTS) {
            throw new GatehouseException(ErrorCode.SQL_TOO_LARGE, "A pattern of the catalogue is too large.");
        }
        try {
            Compiled made = new Compiled(compiler.apply(text), parts);
            // A pattern from each row of a large result would fill the memory.
            if (known.size() < MAX_PATTERNS) {
                known.put(text, made);
            }
            return made;
        } catch (PatternSyntaxException e) {
            throw new GatehouseException(
                    ErrorCode.SQL_EXECUTION, "\"%s\" is not a regular expression.".formatted(text), e);
        }
    }

    private Expr concatenated(Expr one, Expr other) {
        if (one.type().array() || other.type().array()) {
            WireType type = one.type().array() ? one.type() : other.type();
            return Expr.of(type, frame -> {
                List<@Nullable Object> all = new ArrayList<>();
                append(all, one.evaluate(frame), one.type());
                append(all, other.evaluate(frame), other.type());
                frame.run().step(all.size());
                return all;
            });
        }
        return Expr.of(PgType.TEXT, frame -> {
            Object a = one.evaluate(frame);
            Object b = other.evaluate(frame);
            return a == null || b == null
                    ? null
                    : Run.bounded(values.text(a, one.type()) + values.text(b, other.type()));
        });
    }

    private static void append(List<@Nullable Object> all, @Nullable Object value, WireType type) {
        if (value instanceof List<?> list) {
            all.addAll(list);
        } else if (value != null && !type.array()) {
            all.add(value);
        }
    }

    private Expr trim(SqlCall call, Scope scope) {
        String where = String.valueOf(((SqlLiteral) call.operand(0)).getValue()).toLowerCase(Locale.ROOT);
        Expr characters = bind(call.operand(1), scope);
        Expr text = bind(call.operand(2), scope);
        String name = where.equals("leading") ? "ltrim" : where.equals("trailing") ? "rtrim" : "btrim";
        return functions.call(name, List.of(text, characters), call);
    }

    // Numbers, lists, rows.

    private Expr arithmetic(SqlCall call, Scope scope) {
        Expr one = bind(call.operand(0), scope);
        Expr other = bind(call.operand(1), scope);
        List<Expr> sides = alike(one.untyped() && other.untyped() ? cast(one, WireType.of(PgType.INT8)) : one, other);
        SqlKind kind = call.getKind();
        WireType type = sides.get(0).type().base().isWhole()
                        && sides.get(1).type().base().isWhole()
                ? WireType.of(
                        sides.get(0).type().base() == PgType.INT8
                                        || sides.get(1).type().base() == PgType.INT8
                                ? PgType.INT8
                                : PgType.INT4)
                : WireType.of(PgType.NUMERIC);
        return Expr.of(type, frame -> {
            Object a = sides.get(0).evaluate(frame);
            Object b = sides.get(1).evaluate(frame);
            if (!(a instanceof Number first) || !(b instanceof Number second)) {
                return null;
            }
            return first instanceof Long && second instanceof Long
                    ? whole(kind, first.longValue(), second.longValue())
                    : exact(kind, Values.decimal(first), Values.decimal(second));
        });
    }

    private static Object whole(SqlKind kind, long one, long other) {
        try {
            return switch (kind) {
                case PLUS -> Math.addExact(one, other);
                case MINUS -> Math.subtractExact(one, other);
                case TIMES -> Math.multiplyExact(one, other);
                case DIVIDE -> one / other;
                default -> one % other;
            };
        } catch (ArithmeticException e) {
            throw new GatehouseException(
                    ErrorCode.SQL_EXECUTION, "%d and %d give no whole number.".formatted(one, other), e);
        }
    }

    private static Object exact(SqlKind kind, BigDecimal one, BigDecimal other) {
        try {
            return switch (kind) {
                case PLUS -> one.add(other);
                case MINUS -> one.subtract(other);
                case TIMES -> one.multiply(other, MathContext.DECIMAL128);
                case DIVIDE -> one.divide(other, MathContext.DECIMAL128);
                default -> one.remainder(other, MathContext.DECIMAL128);
            };
        } catch (ArithmeticException e) {
            throw new GatehouseException(ErrorCode.SQL_EXECUTION, "%s and %s give no number.".formatted(one, other), e);
        }
    }

    private static Expr minus(Expr value) {
        return Expr.of(
                value.type(),
                frame -> value.evaluate(frame) instanceof Number number
                        ? number instanceof Long whole
                                ? (Object) (-whole)
                                : Values.decimal(number).negate()
                        : null);
    }

    private Expr bits(SqlCall call, Scope scope) {
        Expr one = bind(call.operand(0), scope);
        Expr other = bind(call.operand(1), scope);
        String sign = call.getOperator().getName();
        return Expr.of(PgType.INT8, frame -> {
            Object a = one.evaluate(frame);
            Object b = other.evaluate(frame);
            if (!(a instanceof Long first) || !(b instanceof Long second)) {
                return null;
            }
            return switch (sign) {
                case "&" -> first & second;
                case "|" -> first | second;
                case "<<" -> first << second;
                default -> first >> second;
            };
        });
    }

    /** Arrays count from 1, int2vector and oidvector from 0. */
    private Expr item(SqlCall call, Scope scope) {
        Expr list = bind(call.operand(0), scope);
        Expr index = bind(call.operand(1), scope);
        int first = list.type().array() ? 1 : 0;
        return Expr.of(QueryBinder.element(list.type()), frame -> {
            if (!(list.evaluate(frame) instanceof List<?> elements) || !(index.evaluate(frame) instanceof Long place)) {
                return null;
            }
            long at = place - first;
            return at >= 0 && at < elements.size() ? elements.get((int) at) : null;
        });
    }

    private Expr field(SqlCall call, Scope scope) {
        Expr value = bind(call.operand(0), scope);
        String name = ((SqlIdentifier) call.operand(1)).getSimple();
        return Expr.of(
                PgType.INT4,
                frame -> value.evaluate(frame) instanceof Composite composite ? composite.field(name) : null);
    }

    private Expr array(SqlCall call, Scope scope) {
        List<Expr> elements = unified(
                call.getOperandList().stream().map(item -> bind(item, scope)).toList());
        WireType type =
                elements.isEmpty() ? WireType.of(PgType.TEXT) : elements.get(0).type();
        return Expr.of(WireType.arrayOf(type.base()), frame -> {
            List<@Nullable Object> list = new ArrayList<>();
            elements.forEach(item -> list.add(item.evaluate(frame)));
            return list;
        });
    }

    private static Expr coalesced(List<Expr> arguments) {
        return Expr.of(arguments.get(0).type(), frame -> {
            for (Expr argument : arguments) {
                Object value = argument.evaluate(frame);
                if (value != null) {
                    return value;
                }
            }
            return null;
        });
    }

    private static Expr nullIf(List<Expr> sides) {
        return Expr.of(sides.get(0).type(), frame -> {
            Object a = sides.get(0).evaluate(frame);
            Object b = sides.get(1).evaluate(frame);
            return a != null && b != null && Values.compare(a, b) == 0 ? null : a;
        });
    }

    private static Expr extreme(List<Expr> arguments, int sign) {
        return Expr.of(arguments.get(0).type(), frame -> {
            Object most = null;
            for (Expr argument : arguments) {
                Object value = argument.evaluate(frame);
                if (value != null && (most == null || sign * Values.compare(value, most) > 0)) {
                    most = value;
                }
            }
            return most;
        });
    }

    // Groups and windows.

    private Expr aggregate(String name, SqlCall call, Scope scope) {
        List<SqlNode> operands = new ArrayList<>(call.getOperandList());
        List<SortKey> order = new ArrayList<>();
        if (!operands.isEmpty() && operands.get(operands.size() - 1) instanceof SqlNodeList keys) {
            operands.remove(operands.size() - 1);
            for (SqlNode key : keys) {
                order.add(QueryBinder.direction(key, bind(QueryBinder.keyValue(key), scope)));
            }
        }
        boolean star =
                operands.size() == 1 && operands.get(0) instanceof SqlIdentifier identifier && identifier.isStar();
        boolean distinct = call.getFunctionQuantifier() != null
                && String.valueOf(call.getFunctionQuantifier().getValue()).equals("DISTINCT");
        Expr argument = star || operands.isEmpty() ? Expr.constant(PgType.BOOL, true) : bind(operands.get(0), scope);
        Optional<Expr> separator = operands.size() > 1 ? Optional.of(bind(operands.get(1), scope)) : Optional.empty();
        return Expr.of(aggregateType(name, argument.type()), frame -> {
            List<Object> collected = collected(frame, argument, order, distinct, name.equals("array_agg"));
            return aggregated(
                    name,
                    collected,
                    argument.type(),
                    separator
                            .map(value -> String.valueOf(value.evaluate(frame)))
                            .orElse(""));
        });
    }

    private static WireType aggregateType(String name, WireType argument) {
        return switch (name) {
            case "count" -> WireType.of(PgType.INT8);
            case "sum", "avg" -> WireType.of(argument.base() == PgType.FLOAT8 ? PgType.FLOAT8 : PgType.NUMERIC);
            case "array_agg" -> WireType.arrayOf(argument.base());
            case "string_agg" -> WireType.of(PgType.TEXT);
            case "bool_and", "bool_or", "every" -> WireType.of(PgType.BOOL);
            default -> argument;
        };
    }

    private static List<Object> collected(
            Frame frame, Expr argument, List<SortKey> order, boolean distinct, boolean withNulls) {
        record Keyed(@Nullable Object value, @Nullable Object[] keys) {}
        List<Keyed> rows = new ArrayList<>();
        List<@Nullable Object[]> group = frame.group();
        @Nullable Object[] current = frame.row();
        Set<@Nullable Object> seen = new HashSet<>();
        for (@Nullable Object[] row : group) {
            frame.setRow(row);
            Object value = argument.evaluate(frame);
            if ((value != null || withNulls) && (!distinct || seen.add(Values.key(value)))) {
                rows.add(new Keyed(
                        value,
                        order.stream().map(key -> key.value().evaluate(frame)).toArray()));
            }
        }
        frame.setRow(current);
        if (!order.isEmpty()) {
            rows.sort((one, other) -> SortKey.comparator(order).compare(one.keys(), other.keys()));
        }
        List<Object> values = new ArrayList<>();
        rows.forEach(row -> addNullable(values, row.value()));
        return values;
    }

    @SuppressWarnings("NullAway")
    private static void addNullable(List<Object> values, @Nullable Object value) {
        values.add(value);
    }

    private @Nullable Object aggregated(String name, List<Object> all, WireType type, String separator) {
        if (name.equals("count")) {
            return (long) all.size();
        }
        if (all.isEmpty()) {
            return null;
        }
        return switch (name) {
            case "min" -> all.stream().min(Values::compare).orElseThrow();
            case "max" -> all.stream().max(Values::compare).orElseThrow();
            case "sum" -> all.stream().map(Values::decimal).reduce(BigDecimal.ZERO, BigDecimal::add);
            case "avg" ->
                all.stream()
                        .map(Values::decimal)
                        .reduce(BigDecimal.ZERO, BigDecimal::add)
                        .divide(BigDecimal.valueOf(all.size()), MathContext.DECIMAL64);
            case "array_agg" -> all;
            case "bool_or" -> all.contains(true);
            case "string_agg" -> joined(all, type, separator);
            default -> !all.contains(false);
        };
    }

    private String joined(List<Object> all, WireType type, String separator) {
        StringBuilder text = new StringBuilder();
        for (Object value : all) {
            text.append(text.isEmpty() ? "" : separator).append(values.text(value, type));
            Run.bounded(text);
        }
        return text.toString();
    }

    private Expr window(SqlCall call, Scope scope) {
        SqlCall function = call.operand(0);
        if (!functionName(function).equals("row_number") || !(call.operand(1) instanceof SqlWindow window)) {
            throw StatementErrors.notSupported(call, "The catalogue has no window function but row_number().");
        }
        List<Expr> partition =
                window.getPartitionList().stream().map(key -> bind(key, scope)).toList();
        List<SortKey> order = new ArrayList<>();
        for (SqlNode key : window.getOrderList()) {
            order.add(QueryBinder.direction(key, bind(QueryBinder.keyValue(key), scope)));
        }
        int place = scope.windows().size();
        scope.windows().add(new Scope.Window(partition, order));
        return Expr.of(PgType.INT8, frame -> frame.window(place));
    }

    // Types.

    static WireType type(SqlDataTypeSpec spec) {
        SqlIdentifier id = spec.getTypeName();
        String name = id.names.get(id.names.size() - 1).toLowerCase(Locale.ROOT);
        boolean array =
                spec.getCollectionsTypeName() != null || spec.getTypeNameSpec() instanceof SqlCollectionTypeNameSpec;
        String element = name;
        if (spec.getTypeNameSpec() instanceof SqlCollectionTypeNameSpec collection) {
            SqlIdentifier inner = collection.getElementTypeName().getTypeName();
            element = inner.names.get(inner.names.size() - 1).toLowerCase(Locale.ROOT);
        }
        String found = element;
        PgType base = PgType.find(found)
                .orElseThrow(() -> StatementErrors.invalid(spec, "There is no type \"%s\".".formatted(found)));
        return array ? WireType.arrayOf(base) : WireType.of(base);
    }
}
