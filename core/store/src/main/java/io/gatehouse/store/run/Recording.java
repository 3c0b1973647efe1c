package io.gatehouse.store.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.Serializable;

/**
 * The figures of its routers that a run keeps.
 *
 * @param scope tokens whose decisions are kept; nothing is kept for others
 * @param probabilities tokens whose probability of every expert is kept
 * @param norms whether the norms of the selected experts' outputs are kept for the tokens of the scope
 */
public record Recording(Scope scope, Probabilities probabilities, boolean norms) implements Serializable {
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
        if (scope == Scope.LAST_PROMPT && probabilities == Probabilities.ALL) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Probabilities of all tokens cannot be recorded when only the last prompt token is: record prompt, or set probabilities to last_prompt");
        }
    }

    /** Returns a recording of decisions only. */
    public static Recording decisions(Scope scope) {
        return new Recording(scope, Probabilities.NONE, false);
    }
}
