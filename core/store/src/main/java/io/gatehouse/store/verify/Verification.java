package io.gatehouse.store.verify;

import io.gatehouse.store.run.RunStatus;
import java.util.List;

/**
 * The result of checking a whole file.
 *
 * @param runs in the order they were started
 * @param problems one sentence for each kind of damage of each run; empty for a sound file
 */
public record Verification(List<RunContent> runs, List<String> problems) {
    public Verification {
        runs = List.copyOf(runs);
        problems = List.copyOf(problems);
    }

    /**
     * What the file holds of one run.
     *
     * @param answers questions with an answer
     * @param routingRows router decisions
     * @param hash equal for equal answers, tokens and decisions, in whatever order and file they are
     */
    public record RunContent(String name, RunStatus status, long answers, long routingRows, String hash) {}
}
