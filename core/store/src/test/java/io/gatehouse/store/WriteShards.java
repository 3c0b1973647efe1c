package io.gatehouse.store;

import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.RunWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * A process that writes shard after shard into a store, going on with what is there, and names each one that is
 * committed, until it is killed or done.
 */
final class WriteShards {
    static final int SHARDS = 2_000;
    static final int QUESTIONS = 3;

    private WriteShards() {}

    public static void main(String[] arguments) {
        try (Store store = Store.create(Path.of(arguments[0]))) {
            int count = arguments.length > 2 ? Integer.parseInt(arguments[2]) : SHARDS;
            write(store, Long.parseLong(arguments[1]), count, System.out::println);
        }
    }

    /** Writes the shards that are missing, and tells of each one. */
    static void write(Store store, long seed, int count, IntConsumer committed) {
        RandomRun shards = shards(seed);
        List<QuestionRow> questions = RandomRun.questions(count * QUESTIONS);
        try (RunWriter writer = store.runs().isEmpty()
                ? store.startRun(shards.description(), questions)
                : store.resumeRun(shards.description(), questions, Map.of())) {
            for (int shard = 0; shard < count; shard++) {
                if (!writer.isWritten(shard)) {
                    writer.write(shards.shard(writer, shard, shard * QUESTIONS, (shard + 1) * QUESTIONS));
                    committed.accept(shard);
                }
            }
            writer.finish(RunStatus.COMPLETE);
        }
    }

    /** Shards of 3 questions x 4 layers x 200 tokens, top-8 of 64, and 1 to 3 generated tokens, 6 in a shard. */
    static RandomRun shards(long seed) {
        return new RandomRun(
                RandomRun.description("killed", 4, 64, 8, Scope.PROMPT)
                        .withGeneration(new Generation(3, Generation.GREEDY)),
                200,
                seed);
    }
}
