package io.gatehouse.cli.check;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A statement that must return no rows, or the same rows for a run as for its baseline.
 *
 * @param takesRun whether it has the parameter {@code :run}
 * @param baseline empty if the statement must return no rows
 */
record Check(String name, String sql, boolean takesRun, Optional<Baseline> baseline) {
    Check {
        requireNonNull(name, "name is null");
        requireNonNull(sql, "sql is null");
        requireNonNull(baseline, "baseline is null");
    }

    /** The run whose rows are expected, and how far numbers may be from them. */
    record Baseline(String run, Tolerance tolerance) {
        Baseline {
            requireNonNull(run, "run is null");
            requireNonNull(tolerance, "tolerance is null");
        }
    }
}
