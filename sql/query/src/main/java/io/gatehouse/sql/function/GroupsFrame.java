package io.gatehouse.sql.function;

import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.util.Optionality;

/**
 * An aggregate or window function over a frame that counts groups of rows with equal keys. Calcite's frames count rows or
 * say how far values reach, so that what a frame counts is told by the function here.
 */
public final class GroupsFrame extends SqlAggFunction {
    /** No name without quotes begins so. */
    private static final String PREFIX = "GROUPS ";

    private final SqlAggFunction function;

    private GroupsFrame(SqlAggFunction function) {
        super(
                nameOf(function.getName()),
                null,
                function.getKind(),
                function.getReturnTypeInference(),
                function.getOperandTypeInference(),
                function.getOperandTypeChecker(),
                function.getFunctionType(),
                function.requiresOrder(),
                function.requiresOver(),
                Optionality.FORBIDDEN);
        this.function = function;
    }

    /** The name by which the function table knows a function with such a frame. */
    public static String nameOf(String function) {
        return PREFIX + function.toUpperCase(Locale.ROOT);
    }

    /** The name of the function that is meant by such a name. */
    static Optional<String> functionOf(String name) {
        return name.startsWith(PREFIX) ? Optional.of(name.substring(PREFIX.length())) : Optional.empty();
    }

    static Optional<SqlOperator> of(SqlOperator function) {
        return function instanceof SqlAggFunction aggregate
                ? Optional.of(new GroupsFrame(aggregate))
                : Optional.empty();
    }

    /** The function itself. */
    public SqlAggFunction function() {
        return function;
    }

    @Override
    public boolean allowsFraming() {
        return function.allowsFraming();
    }

    @Override
    public boolean allowsNullTreatment() {
        return function.allowsNullTreatment();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GroupsFrame frame && function.equals(frame.function);
    }

    @Override
    public int hashCode() {
        return function.hashCode() + 1;
    }
}
