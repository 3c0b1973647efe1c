package io.gatehouse.worker;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.run.DiskNeed;
import io.gatehouse.run.RunManifest;
import io.gatehouse.store.RunDescription;
import java.util.List;
import java.util.Map;

/** What a worker says to the owner of the file; beside these words it sends shards. */
final class Word {
    /** Comes before each word, and says what it is. */
    enum Kind {
        SOURCES,
        TOKENISING,
        QUESTIONS,
        PREPARED,
        LAYER_DONE,
        SHARD,
        DONE,
        FAILED
    }

    private Word() {}

    /** Some questions of the manifest, in their order. */
    record Questions(List<RunManifest.Entry> entries) {}

    /** The manifest without its questions, which were sent before. */
    record Prepared(RunDescription description, Map<String, String> more, DiskNeed.Growth growth) {}

    /** What ended the worker's work. */
    record Failed(ErrorCode code, String message) {}
}
