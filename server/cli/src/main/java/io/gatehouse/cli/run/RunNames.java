package io.gatehouse.cli.run;

import io.gatehouse.engine.Interventions;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.schema.GivenName;
import io.gatehouse.worker.SourceNames;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Names that the runs of a file leave free. */
public final class RunNames {
    private final Set<String> taken;
    private final Set<String> unfinished;

    public RunNames(Store store) {
        this.taken = store.runs().stream().map(RunSummary::name).collect(Collectors.toSet());
        this.unfinished = store.runs().stream()
                .filter(run -> run.status() != RunStatus.COMPLETE)
                .map(RunSummary::name)
                .collect(Collectors.toSet());
    }

    /** The name of a run: as wished, or after its model and quiz. */
    public String choose(Optional<String> wish, SourceNames sources, Interventions interventions) {
        String changed = interventions.equals(Interventions.NONE) ? "" : "-changed";
        return wish.map(wished -> notFinished(GivenName.checked("The name of a run", wished)))
                .orElseGet(() -> unfinishedOrFree(
                        GivenName.checked("The name of a run", sources.model() + "-" + sources.quiz() + changed)));
    }

    /** The wish itself, unless a finished run has it: that is better said before a large model is loaded. */
    private String notFinished(String wish) {
        if (taken.contains(wish) && !unfinished.contains(wish)) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS,
                    "There is a finished run named \"%s\"; give the new run another name".formatted(wish));
        }
        return wish;
    }

    /** The first of the wish and its numbered followers that is an unfinished run or no run. */
    private String unfinishedOrFree(String wish) {
        String name = wish;
        for (int number = 2; taken.contains(name) && !unfinished.contains(name); number++) {
            name = wish + "-" + number;
        }
        return name;
    }

    /** The wish itself, or with the first number after it that makes it new. */
    public String free(String wish) {
        String name = wish;
        for (int number = 2; taken.contains(name); number++) {
            name = wish + "-" + number;
        }
        return name;
    }
}
