package io.gatehouse.quiz;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How an answer in a text is compared with the correct one. */
public enum AnswerMatch {
    /** As texts, in the form that the rule which finds answers gives both. */
    EXACT("exact"),

    /** As decimal numbers: 18 is 18.00. What is not a number is wrong. */
    NUMBER("number");

    /** Exponents are short, so that no number takes more digits than its text has. */
    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d++\\.?\\d*+|\\.\\d++)([eE][+-]?\\d{1,3})?");

    private final String id;

    AnswerMatch(String id) {
        this.id = id;
    }

    /**
     * The comparison of that name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are
     */
    public static AnswerMatch of(String id) {
        return Arrays.stream(values())
                .filter(match -> match.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "--match takes %s, not '%s'"
                                .formatted(
                                        Arrays.stream(values())
                                                .map(AnswerMatch::id)
                                                .collect(Collectors.joining(" or ")),
                                        id)));
    }

    /** Name as users and the database write it. */
    public String id() {
        return id;
    }

    static boolean sameNumber(String one, String other) {
        Optional<BigDecimal> number = number(one);
        return number.isPresent()
                && number(other)
                        .filter(found -> found.compareTo(number.get()) == 0)
                        .isPresent();
    }

    private static Optional<BigDecimal> number(String text) {
        String stripped = text.strip();
        return DECIMAL.matcher(stripped).matches() ? Optional.of(new BigDecimal(stripped)) : Optional.empty();
    }
}
