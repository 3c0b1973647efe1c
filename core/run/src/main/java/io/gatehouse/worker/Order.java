package io.gatehouse.worker;

import io.gatehouse.run.RunRequest;
import io.gatehouse.run.UnfinishedRun;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the owner of the file tells the worker, in this order. */
final class Order {
    private Order() {}

    /**
     * Read what a run names, short of the weights.
     *
     * @param memory bytes that the worker may take
     */
    record Read(RunRequest request, long memory) {}

    /**
     * Load the model and tokenise the prompts.
     *
     * @param name of the run
     * @param begun whether it goes on with an unfinished one, which has so many answers and this definition
     */
    record Prepare(String name, boolean begun, int answered, Map<String, String> definition) {
        static Prepare of(String name, Optional<UnfinishedRun> unfinished) {
            return new Prepare(
                    name,
                    unfinished.isPresent(),
                    unfinished.map(UnfinishedRun::answered).orElse(0),
                    unfinished.map(UnfinishedRun::definition).orElse(Map.of()));
        }

        Optional<UnfinishedRun> unfinished() {
            return begun ? Optional.of(new UnfinishedRun(answered, definition)) : Optional.empty();
        }
    }

    /**
     * Compute shards.
     *
     * @param questionIds what the file calls each question of the manifest
     */
    record Compute(List<Integer> shards, int[] questionIds) {}
}
