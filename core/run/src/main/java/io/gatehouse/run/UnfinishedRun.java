package io.gatehouse.run;

import io.gatehouse.engine.Precision;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;

/**
 * A run that was begun and is not complete. What its first questions were computed in and asked on, its other ones must
 * be as well.
 *
 * @param answered questions that have an answer
 * @param definition what decides what it computes and keeps, by property
 */
public record UnfinishedRun(int answered, Map<String, String> definition) {
    /** The property that says when a run was begun whose template asks for the date. */
    static final String DATE = "date";

    private static final String PLAN = "plan";

    public UnfinishedRun {
        definition = Map.copyOf(definition);
    }

    /** The unfinished run of the name, if there is one. */
    public static Optional<UnfinishedRun> find(Store store, String name) {
        return store.findRun(name)
                .filter(run -> run.status() != RunStatus.COMPLETE)
                .map(run -> of(store, run));
    }

    private static UnfinishedRun of(Store store, RunSummary run) {
        return new UnfinishedRun(run.answered(), store.definition(run.runId()));
    }

    /** The plan that it was begun in; none where the file does not say. */
    public Optional<Precision> plan() {
        return Optional.ofNullable(definition.get(PLAN)).map(Precision::of);
    }

    /** When its template was told that it is; none where it did not ask. */
    Optional<OffsetDateTime> date() {
        return Optional.ofNullable(definition.get(DATE)).map(OffsetDateTime::parse);
    }
}
