package io.gatehouse.sql.function;

import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.util.Optionality;

/**
 * An aggregate or window function over a GROUPS frame. Calcite has ROWS and RANGE frames only, so the function carries
 * the frame's unit.
 */
public final class GroupsFrame extends SqlAggFunction {
    /** A prefix with which no unquoted name can begin. */
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

    /** Returns the name under which the function table finds the function with a GROUPS frame. */
    public static String nameOf(String function) {
        return PREFIX + function.toUpperCase(Locale.ROOT);
    }

    /** Returns the function's own name for such a name. */
    static Optional<String> functionOf(String name) {
        return name.startsWith(PREFIX) ? Optional.of(name.substring(PREFIX.length())) : Optional.empty();
    }

    static Optional<SqlOperator> of(SqlOperator function) {
        return function instanceof SqlAggFunction aggregate
                ? Optional.of(new GroupsFrame(aggregate))
                : Optional.empty();
    }

    /** The function without the frame. */
    SqlAggFunction function() {
        return function;
    }

    /** An operator without the frame that it may carry. */
    public static SqlOperator plain(SqlOperator operator) {
        return operator instanceof GroupsFrame frame ? frame.function : operator;
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
