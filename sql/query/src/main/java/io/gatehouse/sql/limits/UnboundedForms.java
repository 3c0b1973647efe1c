package io.gatehouse.sql.limits;

import io.gatehouse.sql.function.GroupsFrame;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexWindow;
import org.apache.calcite.rex.RexWindowBound;
import org.apache.calcite.rex.RexWindowExclusion;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlQuantifyOperator;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/**
 * Refuses forms that take DuckDB unbounded time between two interrupt checks, or memory outside of its limit, which
 * no guard can measure before.
 */
final class UnboundedForms {
    /** Aggregates that count each value, in windows outside of DuckDB's memory limit. */
    private static final Set<String> COUNTS_VALUES = Set.of("mode", "entropy");

    /** Aggregates that look at all values of a frame again for each row. */
    private static final Set<String> SEARCHES_FRAMES = Set.of("mad");

    /** Aggregates that do so if their values are distinct, and count the values of a frame again where some are NULL. */
    private static final Set<String> QUANTILES = Set.of("median", "quantile", "quantile_cont", "quantile_disc");

    /** Aggregates that do so if they return several values. */
    private static final Set<String> FIRST_OF_MANY =
            Set.of("max", "min", "arg_max", "arg_min", "argmax", "argmin", "max_by", "min_by");

    /** Rows before and after a row, among which a quantile may be looked for. */
    private static final int LONGEST_FRAME = 10_000;

    /** Values that IGNORE NULLS may pass over for each row. */
    private static final int MOST_PASSED = 1_000;

    private UnboundedForms() {}

    /** Refuses what looks at all values of a frame again for each row, in unbounded time. */
    static void check(RexOver over) {
        String function = function(over);
        RexWindow window = over.getWindow();
        boolean excludes = window.getExclude() != RexWindowExclusion.EXCLUDE_NO_OTHER;
        if (over.isDistinct()
                && (excludes
                        || COUNTS_VALUES.contains(function)
                        || SEARCHES_FRAMES.contains(function)
                        || QUANTILES.contains(function))) {
            throw StatementErrors.notSupported(
                    "%s of distinct values is not available in %s; write it as an aggregate in a sub-query."
                            .formatted(function, excludes ? "a window with EXCLUDE" : "a window"));
        }
        if (COUNTS_VALUES.contains(function)) {
            throw StatementErrors.notSupported(
                    "%s is not available in a window; write it as an aggregate in a sub-query.".formatted(function));
        }
        if (over.ignoreNulls()
                && over.getOperands().size() > 1
                && !isAtMost(MOST_PASSED, over.getOperands().get(1))) {
            throw StatementErrors.notSupported("The offset of %s with IGNORE NULLS must be a literal of at most %,d."
                    .formatted(function, MOST_PASSED));
        }
        boolean wholePartition = !excludes
                && window.getLowerBound().isUnbounded()
                && (window.getUpperBound().isUnbounded() || (window.orderKeys.isEmpty() && !window.isRows()));
        boolean firstOfMany = FIRST_OF_MANY.contains(function)
                && over.getType().getComponentType() != null
                && over.getOperands().get(0).getType().getComponentType() == null;
        boolean quantiles = QUANTILES.contains(function) && over.getType().getComponentType() != null;
        if (!wholePartition && (firstOfMany || quantiles || SEARCHES_FRAMES.contains(function))) {
            String what = function + (firstOfMany ? " of several values" : quantiles ? " of several quantiles" : "");
            throw StatementErrors.notSupported(
                    "%s is available in a window only over a whole partition; leave out ORDER BY and the frame."
                            .formatted(what));
        }
        if (!wholePartition && QUANTILES.contains(function) && !isShort(over)) {
            throw StatementErrors.notSupported(
                    "%s is available in a window only over a whole partition, or over ROWS with offsets up to %,d."
                            .formatted(function, LONGEST_FRAME));
        }
    }

    static String function(RexOver over) {
        return GroupsFrame.plain(over.getAggOperator()).getName().toLowerCase(Locale.ROOT);
    }

    /** A frame of GROUPS is one of rows in algebra. */
    private static boolean isShort(RexOver over) {
        RexWindow window = over.getWindow();
        return window.isRows()
                && !(over.getAggOperator() instanceof GroupsFrame)
                && isNear(window.getLowerBound())
                && isNear(window.getUpperBound());
    }

    private static boolean isNear(RexWindowBound bound) {
        return bound.isCurrentRow() || (bound.getOffset() != null && isAtMost(LONGEST_FRAME, bound.getOffset()));
    }

    private static boolean isAtMost(int most, RexNode rows) {
        return ValueSizes.writtenNumber(rows)
                .filter(number -> number.doubleValue() <= most)
                .isPresent();
    }

    /** DuckDB compares each row with all of the sub-query until one differs, without interrupt checks. */
    static void check(RexSubQuery query) {
        if (query.getOperator() instanceof SqlQuantifyOperator quantify
                && quantify.kind == SqlKind.SOME
                && quantify.comparisonKind == SqlKind.NOT_EQUALS) {
            throw StatementErrors.notSupported(
                    "<> ANY and = ALL of a query are not supported; compare with min(x) and max(x) of it.");
        }
    }

    /**
     * Refuses time zones that may be unknown. DuckDB compares the name of such a zone with all that it knows, for each row,
     * for the text of an error that is dropped.
     */
    static void checkZones(RexNode expression) {
        expression.accept(new RexShuttle() {
            @Override
            public RexNode visitCall(RexCall call) {
                refuseUnknownZones(call);
                return super.visitCall(call);
            }
        });
    }

    private static void refuseUnknownZones(RexCall call) {
        if (call.getKind() == SqlKind.SAFE_CAST
                && hasZone(innermost(call.getType()))
                && SqlTypeUtil.inCharFamily(innermost(call.getOperands().get(0).getType()))) {
            throw StatementErrors.notSupported(
                    "TRY_CAST of a text to TIMESTAMP WITH TIME ZONE is not supported; write CAST, or TRY_CAST to TIMESTAMP.");
        }
        if (call.getOperator().getName().equalsIgnoreCase("try_strptime")
                && !isWithoutZone(call.getOperands().get(1))) {
            throw StatementErrors.notSupported(
                    "The format of try_strptime must be a literal without %Z; use strptime.");
        }
    }

    private static RelDataType innermost(RelDataType type) {
        RelDataType element = type.getComponentType();
        return element == null ? type : innermost(element);
    }

    private static boolean hasZone(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.TIMESTAMP_TZ
                || type.getSqlTypeName() == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
    }

    /** A column that is not replaced by a constant is refused by DuckDB. */
    private static boolean isWithoutZone(RexNode format) {
        if (format instanceof RexInputRef) {
            return true;
        }
        return (format instanceof RexCall call && call.getKind() == SqlKind.ARRAY_VALUE_CONSTRUCTOR)
                ? call.getOperands().stream().allMatch(UnboundedForms::isWithoutZone)
                : ValueSizes.writtenText(format)
                        .filter(text -> !text.contains("%Z"))
                        .isPresent();
    }
}
