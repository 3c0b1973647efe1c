package io.gatehouse.quiz;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the rules find, by hand and beside lm-evaluation-harness 0.4.13. The comparison needs a Python with that package:
 * {@code -Dgatehouse.test.lm-eval=COMMAND}.
 */
final class TestAnswerRule {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> CHOICES = List.of("Guilty", "Guilty of Romance", "x + y", "3.5 kg");

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            choice | So the answer is (B). No, the answer is C. | B | B
            choice | the answer is J | J | J
            choice | The answer is K. | |
            choice | answer: B | |
            bracketed-choice | (A) or (B)? (C)! Not (d). | (C) | C
            bracketed-choice | He is GUILTY, of romance. | (B) | B
            bracketed-choice | guilty | (A) | A
            bracketed-choice | it weighs 35 kg | (D) | D
            bracketed-choice | Answer:   B | (B) | B
            bracketed-choice | Answer: E | |
            answer-is | So the answer is (B). | (B) | B
            answer-is | the answer is B | `` | ``
            answer-is | The answer is B. | |
            boxed | \\boxed{B} | B | B
            regex:is ([a-z]) | it is b, it is c | b | B
            last-regex:is ([a-z]) | it is b, it is c | c | C
            """)
    void findsChoices(String rule, String text, String found, String given) {
        AnswerRule asked = AnswerRule.of(rule, AnswerMatch.EXACT);
        Question question = new Question("s", 1, "Which?", CHOICES, 'B');
        Optional<String> answer = asked.find(text, question);
        assertThat(answer).isEqualTo(Optional.ofNullable(found));
        assertThat(answer.map(some -> asked.given(some, question))).isEqualTo(Optional.ofNullable(given));
        assertThat(answer.filter(some -> asked.isRight(some, question)).isPresent())
                .isEqualTo("B".equals(given));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            number | exact | 5 + 5 is 10. No: $1,018.50. | $1,018.50. | 1018.50 | true
            number | exact | 18.00 | 18.00 | 18 | false
            number | number | 18.00 | 18.00 | 18 | true
            number | exact | That makes -7 | -7 | 4 - 11 = -7 #### -7 | true
            number | number | so 1,000 eggs | 1,000 | #### 1000 | true
            number | number | nothing | | 0 | false
            number | number | ... | ... | 0 | false
            number | exact | 7.. | 7.. | 7 | false
            hash-number | exact | 1 #### 1,234. #### 5 | 1,234. | #### 1234 | true
            hash-number | exact | ####5 | | 5 | false
            answer-is | exact | the answer is True. | True | True | true
            answer-is | exact | the answer is true. | true | True | false
            boxed | exact | $\\boxed{\\frac12}$ | \\frac12 | We get $\\boxed{\\frac{1}{2}}$. | true
            boxed | exact | \\boxed{\\dfrac{1}{2}} | \\dfrac{1}{2} | 1/2 | true
            boxed | exact | \\boxed{0.5} | 0.5 | \\frac{1}{2} | true
            boxed | exact | \\boxed{x = 5} | x = 5 | 5 | true
            boxed | exact | \\boxed{5\\text{ cm}} | 5\\text{ cm} | 5 | true
            boxed | exact | \\boxed{\\left(1, \\sqrt2\\right)} | \\left(1, \\sqrt2\\right) | (1,\\sqrt{2}) | true
            boxed | exact | \\boxed{a} and \\boxed{{b}} | {b} | {b} | true
            boxed | exact | \\boxed 7$ and more | 7 | 7 | true
            boxed | exact | \\boxed{a/b} | a/b | a / b | false
            boxed | exact | \\boxed{a/b} | a/b | a/b | true
            boxed | exact | \\boxed{7 | | 7 | false
            boxed | number | \\boxed{7.0} | 7.0 | \\boxed{7} | true
            regex:[a-z]+ | exact | 12 ab 3 cd | ab | ab | true
            last-regex:[a-z]+ | exact | 12 ab 3 cd | cd | cd | true
            `last-regex:(x)|(y)` | exact | x y z | y | y | true
            """)
    void findsFreeAnswers(String rule, String match, String text, String found, String right, boolean isRight) {
        AnswerRule asked = AnswerRule.of(rule, AnswerMatch.of(match));
        Question question = new Question("s", 1, "How many?", List.of(), right, Map.of());
        Optional<String> answer = asked.find(text, question);
        assertThat(answer).isEqualTo(Optional.ofNullable(found));
        assertThat(answer.map(some -> asked.given(some, question))).isEqualTo(answer);
        assertThat(answer.filter(some -> asked.isRight(some, question)).isPresent())
                .isEqualTo(isRight);
    }

    @Test
    void namesWhatItDoesNotKnow() {
        assertRefused(
                () -> AnswerRule.of("letter", AnswerMatch.EXACT),
                ErrorCode.INVALID_ARGUMENT,
                "--extract takes choice, bracketed-choice, number, hash-number, answer-is, boxed, regex:PATTERN or last-regex:PATTERN, not 'letter'");
        assertRefused(
                () -> AnswerRule.of("regex:(?<=is )x", AnswerMatch.EXACT),
                ErrorCode.INVALID_ARGUMENT,
                "--extract regex: takes a regular expression of RE2 (no look-around, no back-references), not '(?<=is )x': invalid named capture");
        assertRefused(
                () -> AnswerRule.of("last-regex:", AnswerMatch.EXACT),
                ErrorCode.INVALID_ARGUMENT,
                "--extract last-regex: takes a pattern of 1 to 1,000 characters, not of 0");
        assertRefused(
                () -> AnswerMatch.of("about"),
                ErrorCode.INVALID_ARGUMENT,
                "--match takes exact or number, not 'about'");
    }

    /** A text, to which one rule is applied. */
    private record Case(String rule, List<String> choices, String right, String text) {}

    /** Texts of pieces that the rules look for, and of characters at which they differ. */
    @Test
    void findsWhatTheHarnessFinds() throws IOException, InterruptedException {
        String python = System.getProperty("gatehouse.test.lm-eval", "");
        assumeThat(python)
                .as("-Dgatehouse.test.lm-eval=COMMAND names a Python with lm-eval 0.4.13")
                .isNotEmpty();
        long seed = Long.getLong("gatehouse.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            cases.add(drawn(random));
        }
        Path script = directory.resolve("harness.py");
        Files.writeString(script, Resources.text(TestAnswerRule.class, "harness.py"));
        Path input = directory.resolve("cases.json");
        Path output = directory.resolve("found.json");
        JSON.writeValue(input.toFile(), cases);
        int exitCode = new ProcessBuilder(python, script.toString(), input.toString(), output.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(exitCode).isZero();
        List<List<Object>> harness = JSON.readValue(output.toFile(), new TypeReference<>() {});
        assertThat(harness).hasSameSizeAs(cases);
        for (int i = 0; i < cases.size(); i++) {
            Case one = cases.get(i);
            AnswerRule rule = AnswerRule.of(one.rule(), AnswerMatch.EXACT);
            Question question = new Question("s", 1, "?", one.choices(), one.right(), Map.of());
            Optional<String> found = rule.find(one.text(), question);
            String as = "seed %d: %s".formatted(seed, one);
            assertThat(found.orElse("[invalid]"))
                    .as(as)
                    .isEqualTo(harness.get(i).get(0));
            assertThat(found.filter(answer -> rule.isRight(answer, question)).isPresent())
                    .as(as)
                    .isEqualTo(harness.get(i).get(1));
        }
        assertThat(harness.stream().filter(pair -> pair.get(1).equals(true)).count())
                .isGreaterThan(1_000);
    }

    private static Case drawn(Random random) {
        List<String> rules = List.of(
                "choice", "bracketed-choice", "number", "hash-number", "answer-is", "boxed", "last-regex:(a|b)?c*");
        String rule = rules.get(random.nextInt(rules.size()));
        List<String> pieces = new ArrayList<>(List.of(
                " ",
                "\n",
                ".",
                ",",
                "$",
                "-",
                "#### ",
                "1",
                "23",
                "4,5",
                "(A)",
                "(b)",
                "B",
                ": C",
                ":\u00a0D",
                "x",
                "answer is ",
                "the answer is ",
                "(",
                ")",
                "ab",
                "c",
                "é",
                "\u2028",
                "😀"));
        boolean latex = rule.equals("boxed");
        if (latex) {
            pieces.addAll(List.of(
                    "\\boxed",
                    "\\boxed{",
                    "\\boxed{",
                    "\\boxed ",
                    "{",
                    "}",
                    "}",
                    "\\frac",
                    "\\dfrac",
                    "\\sqrt",
                    "/",
                    "=",
                    "\\left(",
                    "\\right)",
                    "\\text{ ",
                    "\\%",
                    "\\!",
                    "\\\\",
                    "0.5",
                    " .",
                    "^\\circ",
                    "+",
                    "_",
                    "0"));
        }
        List<String> choices = List.of();
        if (rule.contains("choice")) {
            List<String> texts = List.of("ab", "ab c", "x", "x y", " x.", "é", "23", "-", "...", "a+b", "1 $", "AB");
            choices = IntStream.range(0, 2 + random.nextInt(4))
                    .mapToObj(i -> texts.get(random.nextInt(texts.size())))
                    .toList();
            pieces.addAll(choices);
        }
        String text = text(random, pieces, random.nextInt(12));
        String right = choices.isEmpty()
                ? Stream.of(text(random, pieces, 1 + random.nextInt(4)), "1", "23", "1/2", "\\frac{1}{2}", "ab", "x")
                        .skip(random.nextInt(7))
                        .filter(some -> !some.isBlank())
                        .findFirst()
                        .orElse("x")
                : String.valueOf((char) ('A' + random.nextInt(choices.size())));
        if (choices.isEmpty() && random.nextBoolean()) {
            text += latex ? "\\boxed{%s}".formatted(right) : "#### the answer is %s.".formatted(right);
        }
        return new Case(rule, choices, right, text);
    }

    private static String text(Random random, List<String> pieces, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> pieces.get(random.nextInt(pieces.size())))
                .collect(Collectors.joining());
    }
}
