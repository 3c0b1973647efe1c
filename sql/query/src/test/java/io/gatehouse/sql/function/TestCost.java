package io.gatehouse.sql.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.calcite.sql.SqlOperator;
import org.junit.jupiter.api.Test;

final class TestCost {
    @Test
    void everyScalarFunctionDeclaresItsCost() {
        List<String> undeclared = FunctionTable.INSTANCE.getOperatorList().stream()
                .filter(operator -> !operator.isAggregator())
                .filter(operator -> Cost.find(operator).isEmpty())
                .map(SqlOperator::getName)
                .distinct()
                .toList();
        assertThat(undeclared).isEmpty();
    }

    @Test
    void aPatternIsAsLargeAsItsRepetitionsSay() {
        assertThat(PatternSize.parts("abc")).isEqualTo(3);
        assertThat(PatternSize.parts("[a-z]{30}")).isEqualTo(60);
        assertThat(PatternSize.parts("(ab){10}")).isEqualTo(30);
        assertThat(PatternSize.parts("(([ab]?){30}){30}")).isGreaterThan(2_000);
        assertThat(PatternSize.parts("((a{1,1000}){2,}b")).isGreaterThan(2_000);
        for (String odd : List.of("", "(", ")", "[", "a{", "\\", "{3}", "a{x}", "(((", "a{99999999999}")) {
            assertThat(PatternSize.parts(odd)).isGreaterThanOrEqualTo(0);
        }
    }

    @Test
    void whatPeopleWriteCostsTheUsual() {
        assertThat(PatternSize.nanos("[0-9]+ (apples|pears)")).isEqualTo(PatternSize.nanos("a"));
    }
}
