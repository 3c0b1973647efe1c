package io.gatehouse.store.run;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;

/** The prompt tokens whose routing a run records. */
public enum Scope {
    /** Every token of the prompt, the last one included. */
    PROMPT("prompt"),
    /** Only the last token of the prompt, the one whose next token is the answer. */
    LAST_PROMPT("last_prompt");

    private final String id;

    Scope(String id) {
        this.id = id;
    }

    /** Returns its name in the file and in SQL. */
    public String id() {
        return id;
    }

    /** Returns the scope of a name; INVALID_ARGUMENT if there is none. */
    public static Scope of(String id) {
        for (Scope scope : values()) {
            if (scope.id.equals(id)) {
                return scope;
            }
        }
        throw new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "There is no scope '%s'; there are prompt and last_prompt".formatted(id));
    }
}
