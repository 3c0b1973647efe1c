package io.gatehouse.sql.function;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
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
    void noNotationHidesTheSizeOfAPattern() {
        for (String pattern : List.of(
                "\\Q[\\E*((a?b?c?){30}){30}z\\]",
                "\\Q(\\E((a?b?c?){30}){30}",
                "[^\\]]((a?b?c?){30}){30}",
                "[[:alpha:]((a?b?c?)]((a?b?c?){30}){30}",
                "([\\pL\\pN]{2}){20}")) {
            assertThat(PatternSize.parts(pattern)).as(pattern).isGreaterThan(2_000);
        }
        assertThat(PatternSize.parts("[\\pL\\pN\\pS]")).isGreaterThan(100);
        assertThat(PatternSize.parts("\\x{2014}")).isLessThan(10);
    }

    @Test
    void aPatternHasAsManyPartsAsItsProgram() {
        String[] pieces = {
            "a",
            "b?",
            "\\Q",
            "\\E",
            "[",
            "]",
            "(",
            ")",
            "{3}",
            "{2,}",
            "{1,20}",
            "*",
            "+",
            "|",
            "^",
            "\\]",
            "\\[",
            "\\p{Greek}",
            "[:alpha:]",
            "-",
            ":",
            "(?:",
            "é",
            "\\x{10}",
            "."
        };
        Random random = new Random(18);
        int valid = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder pattern = new StringBuilder();
            random.ints(1 + random.nextInt(14), 0, pieces.length).forEach(piece -> pattern.append(pieces[piece]));
            OptionalInt program = program(pattern.toString());
            if (program.isPresent()) {
                valid++;
                assertThat(6 * PatternSize.parts(pattern.toString()) + 10)
                        .as("the parts of %s", pattern)
                        .isGreaterThanOrEqualTo(program.getAsInt());
            }
        }
        assertThat(valid).isGreaterThan(5_000);
    }

    /** The number of instructions that RE2 makes of a pattern; empty if it refuses it. */
    private static OptionalInt program(String pattern) {
        try {
            return OptionalInt.of(Pattern.compile(pattern).programSize());
        } catch (PatternSyntaxException e) {
            return OptionalInt.empty();
        }
    }

    @Test
    void anAttemptThatReadsMoreThanItFindsIsKnown() {
        for (String pattern : List.of(
                "[^z]*z|b",
                "([^z]*)z|b",
                "(?:([^z]*))z|b",
                "(a|[^z]*)z|b",
                "((?:[^z]*|q)|r)z|b",
                "[^z]{0,}z|b",
                "([^z]+){2}z|b",
                "([^z]*?)z|b",
                "[^z]*{|b",
                "[^z]*\\Qz\\E|b",
                "b([^z]*z)?",
                "b|[^z]*$")) {
            assertThat(PatternSize.looksFarAhead(pattern)).as(pattern).isTrue();
        }
        for (String pattern :
                List.of("a+|b", "(a|b*)|c", "(\\w+)|(\\d+)", "((a*))", "(?i)[a-z]+", "[^z]*z", "\\Q*z\\E|b")) {
            assertThat(PatternSize.looksFarAhead(pattern)).as(pattern).isFalse();
        }
    }

    @Test
    void aPatternIsReadInLinearTime() {
        for (String piece : List.of("[[:", "a*|", "(a*|", "\\p{", "\\Q", "a{", "(", "[")) {
            String pattern = piece.repeat(500_000);
            assertThat(PatternSize.parts(pattern)).isNotNegative();
            assertThat(PatternSize.looksFarAhead(pattern + "|")).isIn(true, false);
        }
    }

    @Test
    void whatPeopleWriteCostsTheUsual() {
        assertThat(PatternSize.nanos("[0-9]+ (apples|pears)")).isEqualTo(PatternSize.nanos("a"));
    }
}
