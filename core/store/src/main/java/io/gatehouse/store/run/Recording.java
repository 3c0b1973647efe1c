package io.gatehouse.store.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.Serializable;
import java.util.List;

/**
 * The figures of its routers that a run keeps.
 *
 * @param scope tokens whose decisions are kept; nothing is kept for others
 * @param probabilities tokens whose probability of every expert is kept
 * @param norms whether the norms of the selected experts' outputs are kept for the tokens of the scope
 * @param lookahead how many layers with experts back, each 1 or 2, in rising order: the experts that the routers of the scope
 *     would choose from what the block of such a layer read are kept, too
 */
public record Recording(Scope scope, Probabilities probabilities, boolean norms, List<Integer> lookahead)
        implements Serializable {
    /** How many layers with experts back a run can look. */
    public static final int MAX_LOOKAHEAD = 2;

    /** The prompt tokens whose whole gate a run records. */
    public enum Probabilities {
        NONE("none"),
        /** Only the last token of the prompt. */
        LAST_PROMPT("last_prompt"),
        /** Every token of the prompt. */
        ALL("all");

        private final String id;

        Probabilities(String id) {
            this.id = id;
        }

        /** Returns its name in the file and in SQL. */
        public String id() {
            return id;
        }
    }

    public Recording {
        requireNonNull(scope, "scope is null");
        requireNonNull(probabilities, "probabilities is null");
        lookahead = lookahead.stream().distinct().sorted().toList();
        for (int distance : lookahead) {
            if (distance < 1 || distance > MAX_LOOKAHEAD) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "A lookahead of %d layers cannot be recorded; 1 and 2 can.".formatted(distance));
            }
        }
        if (scope == Scope.LAST_PROMPT && probabilities == Probabilities.ALL) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Probabilities of all tokens cannot be recorded when only the last prompt token is: record prompt, or set probabilities to last_prompt");
        }
    }

    /** Without what earlier layers would have chosen. */
    public Recording(Scope scope, Probabilities probabilities, boolean norms) {
        this(scope, probabilities, norms, List.of());
    }

    /** Returns a recording of decisions only. */
    public static Recording decisions(Scope scope) {
        return new Recording(scope, Probabilities.NONE, false);
    }
}
