package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.TextRange;
import io.gatehouse.sql.catalog.Accepted;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.dialect.TableCalls;
import io.gatehouse.sql.parse.Positions;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.jspecify.annotations.Nullable;

/**
 * An argument of a table function that can be checked before the statement runs, but not when it is planned: a value of a
 * parameter, or a run or a subject, which the file has or has not.
 *
 * @param function the name of the function
 * @param parameter the name of its parameter
 * @param accepted what the parameter takes
 * @param value what the statement has as the argument
 * @param place of the argument in the statement
 */
public record GivenArgument(String function, String parameter, Accepted accepted, Given value, TextRange place) {
    /** What a statement has as an argument. */
    sealed interface Given {
        /** A BigDecimal or a String. */
        record Literal(Object value) implements Given {}

        /** The parameter of the statement at an index, from 0. */
        record Parameter(int index) implements Given {}
    }

    public GivenArgument {
        requireNonNull(function, "function is null");
        requireNonNull(parameter, "parameter is null");
        requireNonNull(accepted, "accepted is null");
        requireNonNull(value, "value is null");
        requireNonNull(place, "place is null");
    }

    /** Returns those of some calls. */
    static List<GivenArgument> of(List<TableCalls.Call> calls) {
        return calls.stream().flatMap(GivenArgument::of).toList();
    }

    private static Stream<GivenArgument> of(TableCalls.Call call) {
        TableFunction function = call.function();
        return IntStream.range(0, function.parameters().size()).boxed().flatMap(i -> {
            Accepted accepted = function.accepted().get(i);
            return given(call.argument(i), accepted).stream()
                    .map(given -> new GivenArgument(
                            function.name(),
                            function.parameters().get(i).name(),
                            accepted,
                            given,
                            Positions.of(call.argument(i))));
        });
    }

    private static Optional<Given> given(SqlNode argument, Accepted accepted) {
        if (argument instanceof SqlDynamicParam parameter) {
            return accepted instanceof Accepted.Any
                    ? Optional.empty()
                    : Optional.of(new Given.Parameter(parameter.getIndex()));
        }
        return accepted instanceof Accepted.OfFile ? literal(argument).map(Given.Literal::new) : Optional.empty();
    }

    private static Optional<Object> literal(SqlNode argument) {
        if (argument instanceof SqlNumericLiteral number) {
            return Optional.of(number.bigDecimalValue());
        }
        return argument instanceof SqlCharStringLiteral text
                ? Optional.of(text.getValueAs(String.class))
                : Optional.empty();
    }

    /**
     * Returns the value: a BigDecimal or a String; empty for NULL, NaN and infinity, which are not checked.
     *
     * @param values of the parameters of the statement
     */
    public Optional<Object> value(List<? extends @Nullable Object> values) {
        if (value instanceof Given.Literal literal) {
            return Optional.of(literal.value());
        }
        Object bound = values.get(((Given.Parameter) value).index());
        if (bound instanceof Number number) {
            return Double.isFinite(number.doubleValue())
                    ? Optional.of(new BigDecimal(number.toString()))
                    : Optional.empty();
        }
        return Optional.ofNullable(bound);
    }
}
