package io.gatehouse.store;

import java.nio.file.Path;

/** A process that writes shard after shard into a new store and names each one that is committed, until it is killed. */
final class WriteShards {
    static final int SHARDS = 2_000;
    static final int QUESTIONS = 3;

    private WriteShards() {}

    public static void main(String[] arguments) {
        RandomRun shards = shards(Long.parseLong(arguments[1]));
        try (Store store = Store.create(Path.of(arguments[0]));
                RunWriter writer = store.startRun(shards.description(), RandomRun.questions(SHARDS * QUESTIONS))) {
            for (int shard = 0; shard < SHARDS; shard++) {
                writer.write(shards.shard(writer, shard, shard * QUESTIONS, (shard + 1) * QUESTIONS));
                System.out.println(shard);
            }
        }
    }

    /** Shards of 3 questions x 4 layers x 200 tokens, top-8 of 64. */
    static RandomRun shards(long seed) {
        return new RandomRun(RandomRun.description("killed", 4, 64, 8, Scope.PROMPT), 200, seed);
    }
}
