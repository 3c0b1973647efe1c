package io.gatehouse.run;

import io.gatehouse.engine.ExpertPlace;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.run.Scope;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** The experts that a run never used: those one would prune. */
public final class UnusedExperts {
    private UnusedExperts() {}

    /**
     * Finds them.
     *
     * @param run name of a complete run in the file
     * @param scope tokens that are looked at; all that the run recorded if absent
     * @throws GatehouseException RUN_NOT_FOUND; INVALID_ARGUMENT if the run is not complete, did not record all these
     *     tokens, or used every expert
     */
    public static Set<ExpertPlace> of(Store store, String run, Optional<Scope> scope) {
        RunSummary found = store.run(run);
        if (found.status() != RunStatus.COMPLETE) {
            throw refused("Run \"%s\" is %s: only the unused experts of a complete run can be masked"
                    .formatted(run, found.status().id()));
        }
        Scope wanted = scope.orElse(found.scope());
        if (wanted == Scope.PROMPT && found.scope() == Scope.LAST_PROMPT) {
            throw refused("Run \"%s\" recorded the last token of each prompt only: look at last_prompt".formatted(run));
        }
        SortedMap<Integer, List<Integer>> layers = store.unusedExperts(found.runId(), wanted);
        if (layers.isEmpty()) {
            throw refused("Run \"%s\" does not say which experts its %s tokens used".formatted(run, wanted.id()));
        }
        Set<ExpertPlace> unused = new TreeSet<>();
        layers.forEach((layer, experts) -> experts.forEach(expert -> unused.add(new ExpertPlace(layer, expert))));
        if (unused.isEmpty()) {
            throw refused("Run \"%s\" used every expert at its %s tokens: there is nothing to mask%s"
                    .formatted(
                            run,
                            wanted.id(),
                            wanted == Scope.PROMPT
                                    ? "; the unused scope last_prompt counts the last token of each prompt only"
                                    : ""));
        }
        return unused;
    }

    private static GatehouseException refused(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
