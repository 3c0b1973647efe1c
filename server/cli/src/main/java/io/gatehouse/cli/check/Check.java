package io.gatehouse.cli.check;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A statement that must return no rows, or the same rows for a run as for its baseline.
 *
 * @param sql with a {@code ?} where the file has {@code :run}
 * @param runs number of these
 * @param baseline empty if the statement must return no rows
 */
record Check(String name, String sql, int runs, Optional<Baseline> baseline) {
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
