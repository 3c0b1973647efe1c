package io.gatehouse.cli.check;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.GatehouseException;

/** What a check came to. */
sealed interface Outcome {
    /** The exit code of a command that ran only this check. */
    int exitCode();

    /** The statement returned what it must. */
    record Passed() implements Outcome {
        @Override
        public int exitCode() {
            return 0;
        }
    }

    /**
     * The statement returned something else.
     *
     * @param reason one line
     * @param details rows or differences, some lines
     */
    record Failed(String reason, String details) implements Outcome {
        public Failed {
            requireNonNull(reason, "reason is null");
            requireNonNull(details, "details is null");
        }

        @Override
        public int exitCode() {
            return ErrorCategory.USER.exitCode();
        }
    }

    /**
     * The statement did not run to its end.
     *
     * @param place the line of the statement where the error is, if it has one
     */
    record Erred(GatehouseException error, String place) implements Outcome {
        public Erred {
            requireNonNull(error, "error is null");
            requireNonNull(place, "place is null");
        }

        @Override
        public int exitCode() {
            return error.code().category().exitCode();
        }
    }
}
