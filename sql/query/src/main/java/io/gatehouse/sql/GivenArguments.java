package io.gatehouse.sql;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.Accepted;
import io.gatehouse.sql.plan.GivenArgument;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Refuses arguments of table functions that they do not take, such as a run that the file does not have. The call would have
 * no rows, without a reason.
 */
final class GivenArguments {
    /** The number of runs that a message lists. */
    private static final int MOST_LISTED = 10;

    private GivenArguments() {}

    /**
     * @param values of the parameters of the statement
     * @param runs the numbers of the runs of the file
     */
    static void check(
            List<GivenArgument> arguments, List<? extends @Nullable Object> values, Supplier<List<BigDecimal>> runs) {
        for (GivenArgument argument : arguments) {
            argument.value(values).ifPresent(value -> {
                if (argument.accepted() instanceof Accepted.Runs) {
                    checkRun(argument, value, runs.get());
                } else if (!argument.accepted().takes(value)) {
                    throw invalid(
                            argument, argument.accepted().notTaken(argument.function(), argument.parameter(), value));
                }
            });
        }
    }

    private static void checkRun(GivenArgument argument, Object value, List<BigDecimal> runs) {
        if (!runs.contains(value)) {
            throw invalid(
                    argument,
                    "%s of %s is %s, and the file has no such run; %s."
                            .formatted(argument.parameter(), argument.function(), value, listed(runs)));
        }
    }

    private static GatehouseException invalid(GivenArgument argument, String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message, argument.place());
    }

    private static String listed(List<BigDecimal> runs) {
        if (runs.isEmpty()) {
            return "it has no runs yet";
        }
        String numbers = runs.stream().limit(MOST_LISTED).map(String::valueOf).collect(Collectors.joining(", "));
        if (runs.size() > MOST_LISTED) {
            return "it has %d runs: %s, …".formatted(runs.size(), numbers);
        }
        return (runs.size() == 1 ? "it has run " : "it has the runs ") + numbers;
    }
}
