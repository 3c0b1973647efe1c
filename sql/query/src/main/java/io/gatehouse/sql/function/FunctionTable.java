package io.gatehouse.sql.function;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.SqlSyntax;
import org.apache.calcite.sql.validate.SqlNameMatcher;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The operators and functions that a statement may use. Names are case-insensitive. A function has one entry for all
 * its forms; otherwise Calcite would not resolve forms with special syntax, such as COUNT(*).
 */
public final class FunctionTable implements SqlOperatorTable {
    public static final FunctionTable INSTANCE = new FunctionTable();

    /** power(x, y), also written x ** y. */
    public static final SqlOperator POWER = INSTANCE.named("POWER").get(0);

    /** trunc(x), applied to the number of an interval. */
    public static final SqlOperator TRUNC = INSTANCE.named("TRUNC").get(0);

    /** translate(text, from, to), which the grammar parses as another operator. */
    public static final SqlOperator TRANSLATE = INSTANCE.named("TRANSLATE").get(0);

    /** percentile_cont(share), which the grammar parses as Calcite's own. */
    public static final SqlOperator PERCENTILE_CONT =
            INSTANCE.named("PERCENTILE_CONT").get(0);

    private final List<SqlOperator> operators;
    private final Set<SqlOperator> set;
    private final Map<String, List<SqlOperator>> byName;

    private FunctionTable() {
        operators = Stream.of(
                        StandardOperators.all().stream().flatMap(List::stream),
                        Arithmetic.all().stream(),
                        Collate.all().stream(),
                        ScalarFunctions.all().stream(),
                        TimeFunctions.all().stream(),
                        ListFunctions.all().stream(),
                        AggregateFunctions.all().stream())
                .flatMap(group -> group)
                .toList();
        set = Set.copyOf(operators);
        byName = operators.stream().collect(Collectors.groupingBy(operator -> key(operator.getName())));
    }

    @Override
    public void lookupOperatorOverloads(
            SqlIdentifier name,
            @Nullable SqlFunctionCategory category,
            SqlSyntax syntax,
            List<SqlOperator> found,
            SqlNameMatcher nameMatcher) {
        if (!name.isSimple()) {
            return;
        }
        for (SqlOperator operator : named(name.getSimple())) {
            boolean function = syntax == SqlSyntax.FUNCTION && operator instanceof SqlFunction;
            if (operator.getSyntax() == syntax || function) {
                found.add(operator);
            }
        }
    }

    @Override
    public List<SqlOperator> getOperatorList() {
        return operators;
    }

    /** Whether this is the name of an aggregate. */
    public boolean isAggregate(String name) {
        return named(name).stream().anyMatch(SqlOperator::isAggregator);
    }

    /** Whether this is the name of a function that requires OVER. */
    public boolean needsWindow(String name) {
        return named(name).stream().anyMatch(SqlOperator::requiresOver);
    }

    /** Whether this operator itself is in the table, not just another of the same name. */
    public boolean contains(SqlOperator operator) {
        return set.contains(RandomNumbers.plain(GroupsFrame.plain(operator)));
    }

    /** The names of the functions, in lower case and in order. */
    public Collection<String> functionNames() {
        return operators.stream()
                .filter(operator -> operator instanceof SqlFunction && !operator.equals(ListFunctions.RANGE))
                .map(operator -> operator.getName().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<SqlOperator> named(String name) {
        return GroupsFrame.functionOf(name)
                .map(function -> named(function).stream()
                        .flatMap(operator -> GroupsFrame.of(operator).stream())
                        .toList())
                .orElseGet(() -> byName.getOrDefault(key(name), List.of()));
    }

    private static String key(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
