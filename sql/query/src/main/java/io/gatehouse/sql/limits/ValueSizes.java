package io.gatehouse.sql.limits;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.function.Cost;
import io.gatehouse.sql.function.GroupsFrame;
import io.gatehouse.sql.function.Growth;
import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.function.PatternSize;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/**
 * Upper bounds of the size of expression values and of the cost of computing them, as polynomials over the lengths of
 * their inputs: columns, parameters, results of sub-queries and windows.
 */
final class ValueSizes {
    /**
     * The maximum size of a value.
     *
     * @param bytes of a text, or of the list itself; infinite where an aggregate or a client makes it
     * @param element of an element of the list
     */
    record Most(double bytes, double element) {
        static final Most NOTHING = new Most(0, 0);
        static final Most ANYTHING = new Most(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

        private static Most stored(RelDataType type, long longestText) {
            if (type.getComponentType() != null) {
                return new Most(
                        STORED_ELEMENTS * Cost.ELEMENT_BYTES,
                        Math.max(STORED_ELEMENT, isLong(longestText) ? longestText : 0));
            }
            return GuardFunctions.isLong(type) ? new Most(Math.max(STORED_TEXT, longestText), 0) : NOTHING;
        }

        Most max(Most other) {
            return new Most(Math.max(bytes, other.bytes), Math.max(element, other.element));
        }

        boolean isBounded() {
            return bytes < Double.POSITIVE_INFINITY;
        }

        /** Whether values of this size are no larger than those of another. */
        boolean isWithin(Most other, RelDataType type) {
            return bytes <= other.bytes && (type.getComponentType() == null || element <= other.element);
        }
    }

    /** Prefix of the name of how many bytes a text has that may be marks. */
    static final String MARKS = "marks ";

    /** Digits of the largest number, and its decimals. */
    private static final double FORMATTED_NUMBER = 330;

    /** Allocated bytes count as time, so that one limit bounds both: a vector may allocate up to 250 MB. */
    private static final double NANOS_A_BYTE_MADE = 6;

    private static final double NUMBER = 64;

    /** Bytes that each stored text, such as a question, is taken to have even if all are shorter. */
    private static final int STORED_TEXT = 2_048;

    /** The elements of a stored list, such as the choices of a question or the experts of a token, and their bytes. */
    private static final double STORED_ELEMENTS = 32;

    private static final int STORED_ELEMENT = 256;

    /** Finding all matches of {@code [^z]*z|b} in 200 KB took 350 s: each attempt reads the text to its end. */
    private static final double NANOS_LOOKED_AHEAD = 9;

    /** A pattern that is not a literal is compiled for each row. */
    private static final double COMPILE = 2_000;

    private final List<Most> columns;
    private final Map<CorrelationId, List<Most>> outer;
    private final IdentityHashMap<RelNode, List<Most>> queries;

    /** The expressions whose lengths are measured at run time, by their names in polynomials. */
    private final Map<String, RexNode> leaves = new LinkedHashMap<>();

    private final Map<String, Most> known = new HashMap<>();

    /**
     * @param columns of the relation that expressions refer to
     * @param outer of those that sub-queries look back at
     * @param queries of the sub-queries
     */
    ValueSizes(List<Most> columns, Map<CorrelationId, List<Most>> outer, IdentityHashMap<RelNode, List<Most>> queries) {
        this.columns = columns;
        this.outer = outer;
        this.queries = queries;
    }

    /** Returns the expression for a name in polynomials: a length, or for a pattern its matching cost. */
    RexNode leaf(String name) {
        return requireNonNull(leaves.get(name), "a name in sums stands for a value");
    }

    /** Returns the known maximum of a name in polynomials. */
    double most(String name) {
        Most most = known.getOrDefault(name, Most.ANYTHING);
        RexNode leaf = leaves.get(name);
        return leaf != null
                        && leaf.getType().getComponentType() != null
                        && GuardFunctions.isLong(leaf.getType().getComponentType())
                ? most.bytes() / Cost.ELEMENT_BYTES * (Cost.ELEMENT_BYTES + most.element())
                : most.bytes();
    }

    /** Whether an expression reads or makes texts or lists, apart from its sub-queries and windows. Others cost nothing. */
    static boolean hasLongValues(RexNode node) {
        return GuardFunctions.isLong(node.getType())
                || (node instanceof RexCall call
                        && !(node instanceof RexOver)
                        && !(node instanceof RexSubQuery)
                        && call.getOperands().stream().anyMatch(ValueSizes::hasLongValues));
    }

    /** Returns the cost of computing an expression for one row, in nanoseconds. */
    LengthPolynomial work(RexNode node) {
        if (!(node instanceof RexCall call) || node instanceof RexOver || node instanceof RexSubQuery) {
            return LengthPolynomial.ZERO;
        }
        LengthPolynomial work = own(call);
        for (RexNode operand : call.getOperands()) {
            work = work.plus(work(operand));
        }
        return work;
    }

    private LengthPolynomial own(RexCall call) {
        Cost cost = Cost.of(call.getOperator());
        boolean same = call.getKind() == SqlKind.CAST
                && call.getType().getSqlTypeName()
                        == call.getOperands().get(0).getType().getSqlTypeName();
        if (same || call.getOperands().stream().noneMatch(operand -> GuardFunctions.isLong(operand.getType()))) {
            return GuardFunctions.isLong(call.getType()) ? made(call) : LengthPolynomial.ZERO;
        }
        if (isListLength(call)) {
            return LengthPolynomial.ZERO;
        }
        LengthPolynomial read = read(call);
        LengthPolynomial work = made(call);
        if (cost.pattern() && call.getOperands().size() > 1) {
            LengthPolynomial text = size(call.getOperands().get(0));
            work = work.plus(matching(call, text, cost.each()));
            return findsAll(call) && looksFarAhead(call.getOperands().get(1))
                    ? work.plus(text.times(text).times(NANOS_LOOKED_AHEAD))
                    : work;
        }
        work = work.plus(read.times(cost.each()));
        if (cost.product() > 0 && call.getOperands().size() > 1) {
            LengthPolynomial pairs = size(call.getOperands().get(0))
                    .times(size(call.getOperands().get(1)));
            work = work.plus(pairs.times(cost.product()));
        }
        if (cost.square() > 0) {
            LengthPolynomial marks = marks(call.getOperands().get(0));
            work = work.plus(marks.times(marks).times(cost.square()));
        }
        return work;
    }

    /** Bytes that may be marks upon letters: those of ASCII are none. */
    private LengthPolynomial marks(RexNode text) {
        Optional<String> literal = writtenText(text);
        if (literal.isPresent()) {
            return LengthPolynomial.of(bytes(literal.get())
                    - literal.get().codePointCount(0, literal.get().length()));
        }
        return text instanceof RexCall ? size(text) : LengthPolynomial.length(name(MARKS, text, most(text)));
    }

    private static boolean isListLength(RexCall call) {
        return call.getOperands().get(0).getType().getComponentType() != null
                && Set.of("len", "length").contains(call.getOperator().getName().toLowerCase(Locale.ROOT));
    }

    /** A comparison reads no more of two texts than the length of the shorter one. */
    private LengthPolynomial read(RexCall call) {
        List<RexNode> operands = call.getOperands();
        if (call.isA(SqlKind.COMPARISON) && operands.size() == 2) {
            RexNode shorter =
                    most(operands.get(0)).bytes() < most(operands.get(1)).bytes() ? operands.get(0) : operands.get(1);
            if (most(shorter).isBounded()) {
                return size(shorter).times(2);
            }
        }
        LengthPolynomial read = LengthPolynomial.ZERO;
        for (RexNode operand : operands) {
            read = read.plus(size(operand));
        }
        return read;
    }

    private static boolean findsAll(RexCall call) {
        return switch (call.getOperator().getName().toLowerCase(Locale.ROOT)) {
            case "regexp_extract_all", "regexp_split_to_array", "string_split_regex", "str_split_regex" -> true;
            case "regexp_replace" -> call.getOperands().size() > 3;
            default -> false;
        };
    }

    private static boolean looksFarAhead(RexNode pattern) {
        return writtenText(pattern).map(PatternSize::looksFarAhead).orElse(true);
    }

    private LengthPolynomial matching(RexCall call, LengthPolynomial text, double each) {
        RexNode pattern = call.getOperands().get(1);
        Optional<String> literal = writtenText(pattern);
        if (literal.isPresent()) {
            return text.times(Math.max(each, PatternSize.nanos(literal.get())));
        }
        LengthPolynomial nanos = LengthPolynomial.length(name("pattern ", pattern, Most.ANYTHING));
        return text.times(nanos).plus(nanos.times(COMPILE)).plus(text.times(each));
    }

    private LengthPolynomial made(RexCall call) {
        return switch (call.getKind()) {
            case CASE, COALESCE, NULLIF -> LengthPolynomial.ZERO;
            default ->
                GuardFunctions.isLong(call.getType()) ? size(call).times(NANOS_A_BYTE_MADE) : LengthPolynomial.ZERO;
        };
    }

    /** Returns the size of the value of an expression, in bytes. */
    LengthPolynomial size(RexNode node) {
        if (!GuardFunctions.isLong(node.getType())) {
            return LengthPolynomial.of(NUMBER);
        }
        if (node instanceof RexLiteral literal) {
            return LengthPolynomial.of(length(literal));
        }
        if (!(node instanceof RexCall call) || node instanceof RexOver || node instanceof RexSubQuery) {
            return LengthPolynomial.length(name("", node, most(node)));
        }
        if (call.getKind() == SqlKind.CAST && SqlTypeUtil.inCharFamily(call.getType())) {
            RexNode from = call.getOperands().get(0);
            return SqlTypeUtil.inCharFamily(from.getType())
                    ? size(from)
                    : size(from).times(2).plus(LengthPolynomial.of(NUMBER));
        }
        return switch (call.getKind()) {
            case CAST, CASE, COALESCE, NULLIF -> longest(call);
            default -> grown(call);
        };
    }

    private LengthPolynomial grown(RexCall call) {
        Growth growth = Growth.of(call.getOperator());
        Optional<LengthPolynomial> cut = cut(call);
        if (cut.isPresent()) {
            return cut.get();
        }
        if (growth.equals(Growth.LONGEST) && isElement(call)) {
            double element = most(call.getOperands().get(0)).element();
            boolean one =
                    Double.isFinite(element) && !call.getOperator().getName().equals("list_string_agg");
            return one
                    ? LengthPolynomial.of(element)
                    : size(call.getOperands().get(0)).times(2);
        }
        if (growth instanceof Growth.Together) {
            LengthPolynomial sum = LengthPolynomial.of(
                    (double) Cost.ELEMENT_BYTES * call.getOperands().size());
            for (RexNode operand : call.getOperands()) {
                sum = sum.plus(size(operand));
            }
            return sum;
        }
        if (growth instanceof Growth.Joined) {
            LengthPolynomial separator = size(call.getOperands().get(0));
            LengthPolynomial sum = LengthPolynomial.of(NUMBER);
            for (RexNode operand : call.getOperands()) {
                sum = sum.plus(size(operand)).plus(separator);
            }
            return sum;
        }
        if (growth instanceof Growth.Selected) {
            return selected(call.getOperands().get(0), size(call.getOperands().get(1)));
        }
        if (growth instanceof Growth.Formatted) {
            TextSizeBound.Places places = TextSizeBound.places(call);
            LengthPolynomial sum = size(call.getOperands().get(0)).plus(LengthPolynomial.of(4.0 * places.characters()));
            for (RexNode operand :
                    call.getOperands().subList(1, call.getOperands().size())) {
                LengthPolynomial each = GuardFunctions.isLong(operand.getType())
                        ? size(operand)
                        : LengthPolynomial.of(FORMATTED_NUMBER);
                sum = sum.plus(each.times(places.count()));
            }
            return sum;
        }
        if (growth instanceof Growth.Times times) {
            return longest(call).times(times.factor());
        }
        if (growth instanceof Growth.PutInto put
                && put.operand() < call.getOperands().size()) {
            return putInto(call, put);
        }
        if (splits(call)) {
            return size(call.getOperands().get(0))
                    .times(1 + Cost.ELEMENT_BYTES)
                    .plus(LengthPolynomial.of(Cost.ELEMENT_BYTES));
        }
        if (growth instanceof Growth.Repeated || growth instanceof Growth.Filled) {
            LengthPolynomial sum = LengthPolynomial.of(4.0 * TextSizeBound.MAX_WRITTEN);
            for (RexNode operand : call.getOperands()) {
                sum = sum.plus(size(operand));
            }
            return growth instanceof Growth.Repeated repeated
                    ? size(call.getOperands().get(0)).times((double) TextSizeBound.filledFactor(call, repeated, 1))
                    : sum;
        }
        return longest(call);
    }

    /** @param places the size of the list of the places of the elements */
    private LengthPolynomial selected(RexNode list, LengthPolynomial places) {
        if (!GuardFunctions.isLong(list.getType().getComponentType())) {
            return places;
        }
        double element = most(list).element();
        return Double.isFinite(element)
                ? places.times((Cost.ELEMENT_BYTES + element) / Cost.ELEMENT_BYTES)
                : size(list).plus(size(list).times(places).times(1.0 / Cost.ELEMENT_BYTES));
    }

    /**
     * replace(text, 'a', 'bc') is at most twice as long as the text; if the arguments are not literals, each byte may
     * become the whole replacement.
     */
    private LengthPolynomial putInto(RexCall call, Growth.PutInto put) {
        LengthPolynomial text = size(call.getOperands().get(0));
        LengthPolynomial with = size(call.getOperands().get(put.operand()));
        boolean list = call.getOperands().get(0).getType().getComponentType() != null;
        if (list) {
            return text.plus(text.times(with).times(1.0 / Cost.ELEMENT_BYTES)).plus(text);
        }
        Optional<String> found = put.between()
                ? Optional.empty()
                : writtenText(call.getOperands().get(1));
        double least = found.map(ValueSizes::bytes).orElse(1.0);
        return text.plus(text.plus(LengthPolynomial.of(1)).times(with).times(1 / Math.max(1, least)));
    }

    private static boolean splits(RexCall call) {
        return call.getType().getComponentType() != null
                && SqlTypeUtil.inCharFamily(call.getOperands().get(0).getType())
                && !call.getOperator().equals(ListFunctions.SLICE);
    }

    private static boolean isElement(RexCall call) {
        return !call.getOperands().isEmpty()
                && call.getOperands().get(0).getType().getComponentType() != null
                && call.getType().getComponentType() == null;
    }

    /** The size of left(text, 10) and similar calls with a literal number. */
    private Optional<LengthPolynomial> cut(RexCall call) {
        List<RexNode> operands = call.getOperands();
        double unit =
                operands.isEmpty() || operands.get(0).getType().getComponentType() == null ? 4 : Cost.ELEMENT_BYTES;
        Optional<BigDecimal> length = switch (call.getOperator().getName().toLowerCase(Locale.ROOT)) {
            case "left", "right" -> number(operands, 1);
            case "substr", "substring" -> number(operands, 2);
            case "list_slice", "array_slice" ->
                number(operands, 1)
                        .filter(first -> first.signum() > 0)
                        .flatMap(first -> number(operands, 2)
                                .filter(last -> last.signum() >= 0)
                                .map(last ->
                                        last.subtract(first).add(BigDecimal.ONE).max(BigDecimal.ZERO)));
            default -> Optional.empty();
        };
        return length.map(BigDecimal::doubleValue)
                .filter(number -> number >= 0 && number <= 1_000_000)
                .map(number -> LengthPolynomial.of(number * unit))
                .filter(bytes -> bytes.at(this::most) < size(operands.get(0)).at(this::most));
    }

    private static Optional<BigDecimal> number(List<RexNode> operands, int index) {
        return index < operands.size() ? writtenNumber(operands.get(index)) : Optional.empty();
    }

    private LengthPolynomial longest(RexCall call) {
        LengthPolynomial longest = LengthPolynomial.ZERO;
        for (RexNode operand : call.getOperands()) {
            if (GuardFunctions.isLong(operand.getType())) {
                longest = longest.max(size(operand));
            }
        }
        return longest.max(LengthPolynomial.of(NUMBER));
    }

    private String name(String prefix, RexNode node, Most most) {
        String name = prefix + node;
        leaves.put(name, node);
        known.merge(name, most, Most::max);
        return name;
    }

    /** Returns the maximum size of the value of an expression. */
    Most most(RexNode node) {
        if (!GuardFunctions.isLong(node.getType())) {
            return Most.NOTHING;
        }
        if (node instanceof RexLiteral literal) {
            return new Most(length(literal), 0);
        }
        if (node instanceof RexInputRef column) {
            return columns.get(column.getIndex());
        }
        if (node instanceof RexFieldAccess field && field.getReferenceExpr() instanceof RexCorrelVariable variable) {
            List<Most> row = outer.get(variable.id);
            return row == null ? Most.ANYTHING : row.get(field.getField().getIndex());
        }
        if (node instanceof RexOver over) {
            Most result = aggregate(over.getAggOperator(), over.getType(), over.getOperands());
            return copiedOperands(over).stream()
                    .map(place -> most(over.getOperands().get(place)))
                    .reduce(result, Most::max);
        }
        if (node instanceof RexSubQuery query) {
            List<Most> row = queries.get(query.rel);
            return row == null || query.getKind() != SqlKind.SCALAR_QUERY ? Most.ANYTHING : row.get(0);
        }
        if (!(node instanceof RexCall call)) {
            return Most.ANYTHING;
        }
        return new Most(size(call).at(this::most), element(call));
    }

    /** The places of the operands of which a window function may return one: of lag and lead, the value and the default. */
    static List<Integer> copiedOperands(RexOver over) {
        if (over.getOperands().isEmpty() || !GuardFunctions.isLong(over.getType())) {
            return List.of();
        }
        return isShift(over) && over.getOperands().size() > 2 ? List.of(0, 2) : List.of(0);
    }

    /** Whether a window function returns the value of one row that is so many rows away. */
    static boolean isShift(RexOver over) {
        return over.getAggOperator().getKind() == SqlKind.LAG
                || over.getAggOperator().getKind() == SqlKind.LEAD;
    }

    private double element(RexCall call) {
        return call.getOperands().stream()
                .mapToDouble(operand -> operand.getType().getComponentType() == null
                        ? most(operand).bytes()
                        : most(operand).element())
                .max()
                .orElse(0);
    }

    /** The maximum size of the result of an aggregate: one of its input values, or something built from many. */
    Most aggregate(SqlOperator aggregate, RelDataType type, List<RexNode> operands) {
        if (!GuardFunctions.isLong(type)) {
            return Most.NOTHING;
        }
        Most operand = operands.isEmpty() ? Most.ANYTHING : most(operands.get(0));
        if (type.getComponentType() != null
                && (operands.isEmpty() || operands.get(0).getType().getComponentType() == null)) {
            return new Most(Double.POSITIVE_INFINITY, operand.bytes());
        }
        return switch (GroupsFrame.plain(aggregate).getName().toLowerCase(Locale.ROOT)) {
            case "string_agg", "listagg", "group_concat", "array_agg", "list" -> Most.ANYTHING;
            default -> operand;
        };
    }

    private static Optional<RexLiteral> literal(RexNode node) {
        if (node instanceof RexLiteral literal && !literal.isNull()) {
            return Optional.of(literal);
        }
        return node instanceof RexCall call && call.getKind() == SqlKind.CAST
                ? literal(call.getOperands().get(0))
                : Optional.empty();
    }

    /** Returns the text of a literal, also behind a CAST. A number that is cast to a text is none. */
    static Optional<String> writtenText(RexNode node) {
        return literal(node)
                .filter(literal -> SqlTypeUtil.inCharFamily(literal.getType()))
                .map(literal -> literal.getValueAs(String.class));
    }

    /** Returns the number of a literal, also behind a CAST. A text that is cast to a number is none. */
    static Optional<BigDecimal> writtenNumber(RexNode node) {
        return literal(node)
                .filter(literal -> SqlTypeName.NUMERIC_TYPES.contains(literal.getTypeName()))
                .map(literal -> literal.getValueAs(BigDecimal.class));
    }

    /** Whether a literal is longer than a stored text usually is. */
    static boolean isLong(RexLiteral literal) {
        return length(literal) > STORED_TEXT;
    }

    private static double length(RexLiteral literal) {
        if (literal.isNull() || !SqlTypeUtil.inCharFamily(literal.getType())) {
            return NUMBER;
        }
        String text = literal.getValueAs(String.class);
        return text == null ? 0 : bytes(text);
    }

    private static double bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Whether a stored text is longer than plans take it to be anyway. */
    static boolean isLong(long longestText) {
        return longestText > STORED_TEXT;
    }

    /** Returns the sizes of columns that may be made of any number of others. */
    static List<Most> anything(RelNode node) {
        return node.getRowType().getFieldList().stream()
                .map(field -> GuardFunctions.isLong(field.getType()) ? Most.ANYTHING : Most.NOTHING)
                .toList();
    }

    /** Returns the sizes of columns, each at least as large as what any function is taken to return. */
    static List<Most> atLeastShort(List<Most> columns) {
        Most least = new Most(NUMBER, NUMBER);
        return columns.stream()
                .map(column -> column.equals(Most.NOTHING) ? column : column.max(least))
                .toList();
    }

    /** Returns the sizes of the columns of a stored relation. */
    static List<Most> stored(RelNode node, long longestText) {
        List<Most> stored = new ArrayList<>();
        node.getRowType().getFieldList().forEach(field -> stored.add(Most.stored(field.getType(), longestText)));
        return stored;
    }
}
