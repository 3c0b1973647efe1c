package io.gatehouse.sql.completion;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/** The clauses of a query, each with the words that begin it. */
enum Clause {
    START,
    SELECT("SELECT"),
    FROM("FROM"),
    CONDITION("WHERE", "HAVING", "QUALIFY"),
    KEYS("GROUP", "ORDER"),
    WINDOW("WINDOW"),
    LIMIT("LIMIT", "OFFSET", "FETCH"),
    JOIN_CONDITION;

    private static final ImmutableList<String> SET_OPERATIONS = ImmutableList.of("UNION", "INTERSECT", "EXCEPT");

    private final ImmutableList<String> words;

    Clause(String... words) {
        this.words = ImmutableList.copyOf(words);
    }

    /** Finds the clause that a part begins; {@code before} is the preceding part. */
    static Optional<Clause> begunBy(TextPart part, Optional<TextPart> before) {
        boolean comparison =
                part.is("FROM") && before.isPresent() && before.get().is("DISTINCT");
        if (comparison) {
            return Optional.empty();
        }
        for (Clause clause : values()) {
            if (part.isOneOf(clause.words)) {
                return Optional.of(clause);
            }
        }
        return Optional.empty();
    }

    static boolean isSetOperation(TextPart part) {
        return part.isOneOf(SET_OPERATIONS);
    }
}
