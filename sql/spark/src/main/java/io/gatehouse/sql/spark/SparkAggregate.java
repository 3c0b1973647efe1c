package io.gatehouse.sql.spark;

import static java.util.Objects.requireNonNull;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.util.Optionality;

/**
 * An aggregate or a function of windows, written by a form: an expression in which each aggregate of Spark's stands in
 * double brackets, for each gets the FILTER and the window of the whole. Places: {@code {0}} an argument, {@code {d}}
 * DISTINCT, {@code {order}} the items of ORDER BY.
 */
final class SparkAggregate extends SqlAggFunction {
    private final String form;
    private final boolean framed;

    /**
     * An aggregate.
     *
     * @param framed whether a frame is written with a window
     */
    SparkAggregate(SqlAggFunction of, RelDataType type, String form, boolean framed) {
        super(
                of.getName(),
                null,
                SqlKind.OTHER_FUNCTION,
                ReturnTypes.explicit(type),
                null,
                OperandTypes.VARIADIC,
                SqlFunctionCategory.USER_DEFINED_FUNCTION,
                false,
                false,
                Optionality.OPTIONAL);
        this.form = requireNonNull(form, "form is null");
        this.framed = framed;
    }

    String form() {
        return form;
    }

    @Override
    public boolean allowsFraming() {
        return framed;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SparkAggregate aggregate && aggregate.form.equals(form);
    }

    @Override
    public int hashCode() {
        return form.hashCode();
    }
}
