package io.gatehouse.quiz;

import static java.util.Objects.requireNonNull;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.text.PythonSpace;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds the answer to a question in the text of a model, and compares it with the correct answer. The named rules give,
 * character by character, what the filters of lm-evaluation-harness 0.4.13 give. Immutable.
 */
public final class AnswerRule {
    private static final String FIRST = "regex:";
    private static final String LAST = "last-regex:";

    /** A pattern is an option of a command or a field of a request. */
    private static final int LONGEST_PATTERN = 1_000;

    /**
     * What a rule does.
     *
     * @param finder finds the answer to a question in a text
     * @param solution finds the answer in a worked solution, which some quizzes have as the correct answer
     * @param same whether an answer is the correct one
     */
    private record Steps(
            BiFunction<String, Question, Optional<String>> finder,
            UnaryOperator<String> solution,
            BiPredicate<String, String> same) {
        static Steps plain(BiFunction<String, Question, Optional<String>> finder) {
            return new Steps(finder, UnaryOperator.identity(), String::equals);
        }

        static Steps number(BiFunction<String, Question, Optional<String>> finder) {
            return new Steps(
                    finder,
                    UnaryOperator.identity(),
                    (found, right) -> plainNumber(found).equals(plainNumber(right)));
        }
    }

    /** The rules that have names. */
    private enum Named {
        /** The task mmlu_pro, filter custom-extract. */
        CHOICE("choice", Steps.plain(first("answer is \\(?([A-J])\\)?"))),

        /** The tasks gpqa of chains of thought, filter flexible-extract. */
        BRACKETED_CHOICE(
                "bracketed-choice", Steps.plain((text, question) -> BracketedChoice.find(text, question.choices()))),

        /** The task gsm8k, filter flexible-extract. */
        NUMBER("number", Steps.number(last("(-?[$0-9.,]{2,})|(-?[0-9]+)"))),

        /** The task gsm8k, filter strict-match. */
        HASH_NUMBER("hash-number", Steps.number(first("#### (-?[0-9.,]+)"))),

        /** The tasks bbh_cot_fewshot, filter get-answer, whose look-around is a group here. */
        ANSWER_IS("answer-is", Steps.plain(first("the answer is (.*)."))),

        /** The last boxed expression, as hendrycks_math takes the correct answer from a solution. */
        BOXED(
                "boxed",
                new Steps(
                        (text, question) -> LatexAnswer.lastBoxed(text),
                        solution -> LatexAnswer.lastBoxed(solution).orElse(solution),
                        LatexAnswer::same));

        private final String id;

        @SuppressWarnings("ImmutableEnumChecker") // functions without a state
        private final Steps steps;

        Named(String id, Steps steps) {
            this.id = id;
            this.steps = steps;
        }
    }

    private final String id;
    private final Steps steps;
    private final AnswerMatch match;

    private AnswerRule(String id, Steps steps, AnswerMatch match) {
        this.id = id;
        this.steps = steps;
        this.match = requireNonNull(match, "match is null");
    }

    /**
     * The rule of that name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are or what is wrong with the pattern
     */
    public static AnswerRule of(String id, AnswerMatch match) {
        if (id.startsWith(FIRST)) {
            return new AnswerRule(id, Steps.plain(first(pattern(id, FIRST))), match);
        }
        if (id.startsWith(LAST)) {
            return new AnswerRule(id, Steps.plain(last(pattern(id, LAST))), match);
        }
        return Arrays.stream(Named.values())
                .filter(named -> named.id.equals(id))
                .findFirst()
                .map(named -> new AnswerRule(id, named.steps, match))
                .orElseThrow(() -> invalid("--extract takes %s, %sPATTERN or %sPATTERN, not '%s'"
                        .formatted(
                                Arrays.stream(Named.values())
                                        .map(named -> named.id)
                                        .collect(Collectors.joining(", ")),
                                FIRST,
                                LAST,
                                id)));
    }

    /** Name as users and the database write it. */
    public String id() {
        return id;
    }

    /** How answers are compared. */
    public AnswerMatch match() {
        return match;
    }

    /** The answer to the question as the text has it, if it has one. */
    public Optional<String> find(String text, Question question) {
        return steps.finder.apply(text, question);
    }

    /** The answer as the store has it: of a question with choices a letter where it is one. */
    public String given(String found, Question question) {
        String letter = withoutPunctuation(found).toUpperCase(Locale.ROOT);
        boolean isLetter = letter.length() == 1 && letter.charAt(0) >= 'A' && letter.charAt(0) <= 'Z';
        return !question.isFree() && isLetter ? letter : found;
    }

    /** Whether what was found in a text is the correct answer to the question. */
    public boolean isRight(String found, Question question) {
        if (!question.isFree()) {
            return withoutPunctuation(found)
                    .toLowerCase(Locale.ROOT)
                    .equals(question.answer().toLowerCase(Locale.ROOT));
        }
        String right = steps.solution.apply(question.answer());
        return switch (match) {
            case EXACT -> steps.same.test(found, right);
            case NUMBER -> AnswerMatch.sameNumber(plainNumber(found), plainNumber(right));
        };
    }

    private static BiFunction<String, Question, Optional<String>> first(String pattern) {
        return first(Pattern.compile(pattern));
    }

    private static BiFunction<String, Question, Optional<String>> last(String pattern) {
        return last(Pattern.compile(pattern));
    }

    private static BiFunction<String, Question, Optional<String>> first(Pattern pattern) {
        return (text, question) -> {
            Matcher matcher = pattern.matcher(text);
            return matcher.find() ? matched(matcher.groupCount(), matcher) : Optional.empty();
        };
    }

    private static BiFunction<String, Question, Optional<String>> last(Pattern pattern) {
        return (text, question) -> {
            Matcher matcher = pattern.matcher(text);
            Optional<String> last = Optional.empty();
            while (matcher.find()) {
                last = matched(matcher.groupCount(), matcher);
            }
            return last;
        };
    }

    /**
     * What a match stands for: without groups all of it, of one group its text, of several the first one that is not
     * empty.
     */
    private static Optional<String> matched(int groups, Matcher matcher) {
        Optional<String> text = groups <= 1
                ? Optional.of(Optional.ofNullable(matcher.group(groups)).orElse(""))
                : IntStream.rangeClosed(1, groups)
                        .mapToObj(group ->
                                Optional.ofNullable(matcher.group(group)).orElse(""))
                        .filter(group -> !group.isEmpty())
                        .findFirst();
        return text.map(PythonSpace::strip);
    }

    private static Pattern pattern(String id, String prefix) {
        String text = id.substring(prefix.length());
        if (text.isEmpty() || text.length() > LONGEST_PATTERN) {
            throw invalid("--extract %s takes a pattern of 1 to %,d characters, not of %,d"
                    .formatted(prefix, LONGEST_PATTERN, text.length()));
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw invalid(
                    "--extract %s takes a regular expression of RE2 (no look-around, no back-references), not '%s': %s"
                            .formatted(prefix, text, e.getDescription()));
        }
    }

    /** As the task gsm8k does before it compares: without separators, and of a solution what follows the mark. */
    private static String plainNumber(String text) {
        String plain = text.replace(",", "").replace("$", "");
        String mark = "#### ";
        plain = plain.contains(mark) ? plain.substring(plain.lastIndexOf(mark) + mark.length()) : plain;
        if (plain.endsWith(".")) {
            plain = plain.substring(0, plain.length() - 1);
        } else if (plain.endsWith(".\n")) {
            plain = plain.substring(0, plain.length() - 2) + "\n";
        }
        return plain.toLowerCase(Locale.ROOT);
    }

    /** Without ASCII punctuation, which the tasks of questions with choices ignore. */
    private static String withoutPunctuation(String text) {
        return text.codePoints()
                .filter(c -> c <= ' ' || c >= 0x7f || Character.isLetterOrDigit(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
