package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.parse.Grammar;
import io.gatehouse.testing.ResidentMemory;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.junit.jupiter.api.Test;

/** Every function of the table, with texts and lists in each row of a vector: some are just below their guard. */
final class TestEveryFunction {
    private static final Duration LIMIT = Duration.ofMillis(300);

    /** Processor time of all threads after the limit. */
    private static final Duration MOST_OVERTIME = Duration.ofSeconds(4);

    /** Of each text and list. */
    private static final int BYTES = 4_000;

    private static final long GIGABYTE = 1L << 30;

    private static final List<String> FORMS = List.of(
            "s",
            "s, u",
            "s, 'b'",
            "s, '(a|b)* c'",
            "s, s, u",
            "s, 'a', u",
            "s, 100, 'x'",
            "s, 2",
            "s, 2, 10000",
            "w",
            "w, w",
            "w, 3",
            "w, ','",
            "w, 2, 10000",
            "z",
            "z, z",
            "z, ','",
            "z, u",
            "[s, u]",
            "['a'], s",
            "w, 'sum'",
            "s, u, 1");

    @Test
    void everyFunctionEndsInTimeAndInBoundedMemory() throws Exception {
        try (RoutingFile file = RoutingFile.filled();
                QueryEngine engine = new QueryEngine(file::reader)) {
            long before = ResidentMemory.bytes();
            List<String> late = new ArrayList<>();
            String from = """
                    (SELECT repeat('ab c', %1$d) || CAST(r.i AS VARCHAR) AS s, repeat('b cd', %1$d) || CAST(r.i AS VARCHAR) AS u,
                        list_append(b.w, r.i) AS w, list_append(b.z, CAST(r.i AS VARCHAR)) AS z
                    FROM range(2048) AS r(i), (SELECT array_agg(t.j * 7919 %% 1000) AS w,
                        array_agg(CAST(t.j AS VARCHAR)) AS z FROM range(%1$d) AS t(j)) AS b)""".formatted(BYTES / 4);
            Map<ErrorCode, Integer> ends = new EnumMap<>(ErrorCode.class);
            int asked = 0;
            for (String name : FunctionTable.INSTANCE.functionNames()) {
                for (String arguments : FORMS) {
                    String call = "%s(%s)".formatted(name, arguments);
                    if (!hasForm(name, call)) {
                        continue;
                    }
                    asked++;
                    Overtime overtime = Overtime.after(LIMIT);
                    String end = end(
                            engine,
                            "SELECT count(*) FROM (SELECT %s AS x FROM %s) WHERE x IS NOT NULL".formatted(call, from),
                            ends);
                    Duration taken = overtime.taken();
                    if (taken.compareTo(MOST_OVERTIME) > 0) {
                        late.add("%s of %d bytes: %d ms of overtime, %s".formatted(call, BYTES, taken.toMillis(), end));
                    }
                }
            }
            assertThat(asked)
                    .isGreaterThan(FunctionTable.INSTANCE.functionNames().size());
            assertThat(ends).containsKey(ErrorCode.SQL_VALIDATION).doesNotContainKey(ErrorCode.INTERNAL_ERROR);
            assertThat(late).isEmpty();
            assertThat(ResidentMemory.bytes() - before).isLessThan(3 * GIGABYTE);
        }
    }

    /**
     * Whether a function of the name takes so many arguments, or the grammar makes something else of the call. Other
     * calls are refused before anything is computed.
     */
    private static boolean hasForm(String name, String call) {
        SqlNode parsed;
        try {
            parsed = SqlParser.create(call, Grammar.parser()).parseExpression();
        } catch (SqlParseException e) {
            return true;
        }
        return !(parsed instanceof SqlCall function)
                || !(function.getOperator() instanceof SqlUnresolvedFunction)
                || FunctionTable.INSTANCE.getOperatorList().stream()
                        .filter(operator -> operator instanceof SqlFunction
                                && operator.getName().equalsIgnoreCase(name))
                        .anyMatch(operator -> operator.getOperandTypeChecker() == null
                                || operator.getOperandCountRange().isValidCount(function.operandCount()));
    }

    private static String end(QueryEngine engine, String sql, Map<ErrorCode, Integer> ends) {
        try (QueryResult result = engine.query(sql, new QueryLimits(LIMIT, 0))) {
            while (result.next()) {
                assertThat(result.columns()).hasSize(1);
            }
            return "rows";
        } catch (GatehouseException e) {
            ends.merge(e.code(), 1, Integer::sum);
            return String.valueOf(e.getMessage());
        }
    }
}
