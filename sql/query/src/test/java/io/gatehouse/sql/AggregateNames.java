package io.gatehouse.sql;

import io.gatehouse.sql.function.FunctionTable;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlOperator;

/** The aggregates that a statement can call, by name. */
final class AggregateNames {
    private AggregateNames() {}

    static Set<String> all() {
        return FunctionTable.INSTANCE.getOperatorList().stream()
                .filter(SqlAggFunction.class::isInstance)
                .map(SqlOperator::getName)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .filter(name -> name.matches("[a-z_]+"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
