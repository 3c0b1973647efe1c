package io.gatehouse.run;

import io.gatehouse.base.ShellWords;
import io.gatehouse.engine.Precision;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/**
 * A run that was begun and is not complete. The rest of its questions must be computed in the same plan, and with the
 * same date in their prompts, as its first ones.
 *
 * @param answered questions that have an answer
 * @param definition what decides what it computes and keeps, by property
 */
public record UnfinishedRun(int answered, Map<String, String> definition) {
    /** The property with the date of a run whose chat template uses it. */
    static final String DATE = "date";

    private static final String PRECISION = "precision";

    public UnfinishedRun {
        definition = Map.copyOf(definition);
    }

    /** The unfinished run of the name, if there is one. */
    public static Optional<UnfinishedRun> find(Store store, String name) {
        return store.findRun(name)
                .filter(run -> run.status() != RunStatus.COMPLETE)
                .map(run -> of(store, run));
    }

    /** The error of a cancelled run, with the number of answers that are kept, and how to go on. */
    public static GatehouseException cancelled(String name, int answered, int questions) {
        return new GatehouseException(
                ErrorCode.CANCELLED_BY_USER,
                "The run was cancelled; the answers to %d of %d questions are kept. %s"
                        .formatted(answered, questions, resuming(name)));
    }

    /** How the run of a name is resumed. */
    public static String resuming(String name) {
        return "Repeat the command with --name %s to resume.".formatted(ShellWords.quoted(name));
    }

    /** The date of a run: that of the one that it resumes, or else now. */
    static OffsetDateTime dateOf(Optional<UnfinishedRun> unfinished, Clock clock) {
        return unfinished
                .flatMap(UnfinishedRun::date)
                .orElseGet(() -> OffsetDateTime.now(clock).truncatedTo(ChronoUnit.SECONDS));
    }

    private static UnfinishedRun of(Store store, RunSummary run) {
        return new UnfinishedRun(run.answered(), store.definition(run.runId()));
    }

    /** The precision that it was begun in; none where the file does not say. */
    public Optional<Precision> precision() {
        return Optional.ofNullable(definition.get(PRECISION)).map(Precision::of);
    }

    /** What its chat template was told that the date is; none where it does not use the date. */
    Optional<OffsetDateTime> date() {
        return Optional.ofNullable(definition.get(DATE)).map(OffsetDateTime::parse);
    }
}
