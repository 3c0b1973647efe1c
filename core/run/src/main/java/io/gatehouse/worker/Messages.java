package io.gatehouse.worker;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.run.DiskNeed;
import io.gatehouse.run.RunManifest;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.UnfinishedRun;
import io.gatehouse.store.run.RunDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the owner of the file and its worker send each other. The owner sends {@link Read}, {@link Prepare} and {@link
 * Compute}, in this order; the worker sends messages of a {@link Kind}, and shards.
 */
final class Messages {
    private Messages() {}

    /**
     * Read the files that a run names, except for the weights.
     *
     * @param memory bytes that the worker may take
     */
    record Read(RunRequest request, long memory) {}

    /**
     * Load the model and tokenise the prompts.
     *
     * @param name of the run
     * @param resumed whether it resumes an unfinished run, which has so many answers and this definition
     */
    record Prepare(String name, boolean resumed, int answered, Map<String, String> definition) {
        static Prepare of(String name, Optional<UnfinishedRun> unfinished) {
            return new Prepare(
                    name,
                    unfinished.isPresent(),
                    unfinished.map(UnfinishedRun::answered).orElse(0),
                    unfinished.map(UnfinishedRun::definition).orElse(Map.of()));
        }

        Optional<UnfinishedRun> unfinished() {
            return resumed ? Optional.of(new UnfinishedRun(answered, definition)) : Optional.empty();
        }
    }

    /**
     * Compute shards.
     *
     * @param questionIds what the file calls each question of the manifest
     */
    record Compute(List<Integer> shards, int[] questionIds) {}

    /** Precedes each message of a worker. */
    enum Kind {
        SOURCES('n'),
        TOKENISING('t'),
        QUESTIONS('q'),
        PREPARED('p'),
        LAYER_DONE('l'),
        SHARD('s'),
        DONE('d'),
        FAILED('f');

        private final char code;

        Kind(char code) {
            this.code = code;
        }

        /** The byte that stands for it. */
        char code() {
            return code;
        }
    }

    /** Some questions of the manifest, in their order. */
    record Questions(List<RunManifest.Entry> entries) {}

    /** The manifest without its questions, which were sent before. */
    record Prepared(RunDescription description, Map<String, String> more, DiskNeed.Growth growth) {}

    /** The error that ended the worker's work. */
    record Failed(ErrorCode code, String message) {}
}
