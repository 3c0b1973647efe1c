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

/** The experts that a run never used, which one would prune, and those that it used most, which one would keep in memory. */
public final class ExpertsOfRun {
    private ExpertsOfRun() {}

    /**
     * Finds those that were never used.
     *
     * @param run name of a complete run in the file
     * @param scope tokens that are looked at; all that the run recorded if absent
     * @throws GatehouseException RUN_NOT_FOUND; INVALID_ARGUMENT if the run is not complete, did not record all these
     *     tokens, or used every expert
     */
    public static Set<ExpertPlace> unused(Store store, String run, Optional<Scope> scope) {
        Looked looked = look(store, run, scope, "only the unused experts of a complete run can be masked");
        Set<ExpertPlace> unused = places(store.unusedExperts(looked.runId(), looked.scope()), run, looked.scope());
        if (unused.isEmpty()) {
            throw refused("Run \"%s\" used every expert at its %s tokens: there is nothing to mask%s"
                    .formatted(
                            run,
                            looked.scope().id(),
                            looked.scope() == Scope.PROMPT
                                    ? "; the unused scope last_prompt counts the last token of each prompt only"
                                    : ""));
        }
        return unused;
    }

    /**
     * Finds those of each layer that were used most, of equally used ones those with the lower number.
     *
     * @param run name of a complete run in the file
     * @param scope tokens that are looked at; all that the run recorded if absent
     * @param count number of experts of each layer
     * @throws GatehouseException RUN_NOT_FOUND; INVALID_ARGUMENT if the run is not complete or did not record all these
     *     tokens
     */
    public static Set<ExpertPlace> mostUsed(Store store, String run, Optional<Scope> scope, int count) {
        Looked looked = look(store, run, scope, "only the experts of a complete run can be resident");
        return places(store.mostUsedExperts(looked.runId(), looked.scope(), count), run, looked.scope());
    }

    private record Looked(int runId, Scope scope) {}

    private static Looked look(Store store, String run, Optional<Scope> scope, String rule) {
        RunSummary found = store.run(run);
        if (found.status() != RunStatus.COMPLETE) {
            throw refused("Run \"%s\" is %s: %s".formatted(run, found.status().id(), rule));
        }
        Scope wanted = scope.orElse(found.scope());
        if (wanted == Scope.PROMPT && found.scope() == Scope.LAST_PROMPT) {
            throw refused("Run \"%s\" recorded the last token of each prompt only: look at last_prompt".formatted(run));
        }
        return new Looked(found.runId(), wanted);
    }

    private static Set<ExpertPlace> places(SortedMap<Integer, List<Integer>> layers, String run, Scope scope) {
        if (layers.isEmpty()) {
            throw refused("Run \"%s\" does not say which experts its %s tokens used".formatted(run, scope.id()));
        }
        Set<ExpertPlace> places = new TreeSet<>();
        layers.forEach((layer, experts) -> experts.forEach(expert -> places.add(new ExpertPlace(layer, expert))));
        return places;
    }

    private static GatehouseException refused(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
