package io.gatehouse.cli;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.RunStatus;
import io.gatehouse.store.RunSummary;
import io.gatehouse.store.Store;
import java.util.Set;
import java.util.stream.Collectors;

/** Names that the runs of a file leave free. */
final class RunNames {
    private final Set<String> taken;
    private final Set<String> unfinished;

    RunNames(Store store) {
        this.taken = store.runs().stream().map(RunSummary::name).collect(Collectors.toSet());
        this.unfinished = store.runs().stream()
                .filter(run -> run.status() != RunStatus.COMPLETE)
                .map(RunSummary::name)
                .collect(Collectors.toSet());
    }

    /** The wish itself, unless a finished run has it: that is better said before a large model is loaded. */
    String notFinished(String wish) {
        if (taken.contains(wish) && !unfinished.contains(wish)) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS,
                    "There is a finished run named \"%s\" already: give the new one another name".formatted(wish));
        }
        return wish;
    }

    /** The first of the wish and its numbered followers that is an unfinished run or no run. */
    String unfinishedOrFree(String wish) {
        String name = wish;
        for (int number = 2; taken.contains(name) && !unfinished.contains(name); number++) {
            name = wish + "-" + number;
        }
        return name;
    }

    /** The wish itself, or with the first number after it that makes it new. */
    String free(String wish) {
        String name = wish;
        for (int number = 2; taken.contains(name); number++) {
            name = wish + "-" + number;
        }
        return name;
    }
}
