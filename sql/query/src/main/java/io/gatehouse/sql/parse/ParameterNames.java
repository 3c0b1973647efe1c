package io.gatehouse.sql.parse;

import io.gatehouse.client.ParameterName;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.grammar.NamedParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/** Finds the names of the parameters of a parsed statement, and the columns that they are compared with. */
public final class ParameterNames extends SqlBasicVisitor<@Nullable Void> {
    private static final Set<SqlKind> COMPARISONS = Set.of(
            SqlKind.EQUALS,
            SqlKind.NOT_EQUALS,
            SqlKind.LESS_THAN,
            SqlKind.LESS_THAN_OR_EQUAL,
            SqlKind.GREATER_THAN,
            SqlKind.GREATER_THAN_OR_EQUAL,
            SqlKind.IS_DISTINCT_FROM,
            SqlKind.IS_NOT_DISTINCT_FROM,
            SqlKind.BETWEEN,
            SqlKind.IN,
            SqlKind.NOT_IN);

    private final Map<Integer, ParameterName> names = new TreeMap<>();
    private @Nullable SqlDynamicParam first;

    private ParameterNames() {}

    /**
     * The names in the order of their numbers; none for a statement without parameters or with {@code ?}.
     *
     * @param statement as parsed
     */
    public static List<ParameterName> of(SqlNode statement) {
        ParameterNames found = new ParameterNames();
        statement.accept(found);
        return new ArrayList<>(found.names.values());
    }

    /** What a message calls a parameter. */
    public static String label(SqlDynamicParam parameter) {
        return parameter instanceof NamedParameter named
                ? ":" + named.name()
                : Integer.toString(parameter.getIndex() + 1);
    }

    @Override
    public @Nullable Void visit(SqlDynamicParam parameter) {
        if (first == null) {
            first = parameter;
        } else if (first instanceof NamedParameter != parameter instanceof NamedParameter) {
            throw StatementErrors.invalid(
                    parameter,
                    "A statement has either ? or named parameters, not both; give each ? a name, as in :name.");
        }
        if (parameter instanceof NamedParameter named) {
            names.putIfAbsent(named.getIndex(), new ParameterName(named.name(), Optional.empty()));
        }
        return null;
    }

    @Override
    public @Nullable Void visit(SqlCall call) {
        super.visit(call);
        if (COMPARISONS.contains(call.getKind()) || call.getOperator().equals(DialectOperators.IN_LIST)) {
            List<SqlNode> compared = call.getOperandList().stream()
                    .flatMap(ParameterNames::items)
                    .toList();
            compared.stream()
                    .filter(SqlIdentifier.class::isInstance)
                    .map(column -> Util.last(((SqlIdentifier) column).names))
                    .findFirst()
                    .ifPresent(column -> compared.forEach(item -> note(item, column)));
        }
        return null;
    }

    private static Stream<SqlNode> items(@Nullable SqlNode operand) {
        return operand instanceof SqlNodeList list ? list.getList().stream() : Stream.ofNullable(operand);
    }

    private void note(SqlNode item, String column) {
        if (item instanceof NamedParameter parameter) {
            names.computeIfPresent(
                    parameter.getIndex(),
                    (index, known) -> known.column().isPresent()
                            ? known
                            : new ParameterName(known.name(), Optional.of(SqlTrees.key(column))));
        }
    }
}
