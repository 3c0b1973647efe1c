package io.gatehouse.worker;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.run.DiskNeed;
import io.gatehouse.run.RunManifest;
import io.gatehouse.store.run.RunDescription;
import java.util.List;
import java.util.Map;

/** What a worker says to the owner of the file; beside these words it sends shards. */
final class Word {
    /** Comes before each word, and says what it is. */
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

    private Word() {}

    /** Some questions of the manifest, in their order. */
    record Questions(List<RunManifest.Entry> entries) {}

    /** The manifest without its questions, which were sent before. */
    record Prepared(RunDescription description, Map<String, String> more, DiskNeed.Growth growth) {}

    /** What ended the worker's work. */
    record Failed(ErrorCode code, String message) {}
}
