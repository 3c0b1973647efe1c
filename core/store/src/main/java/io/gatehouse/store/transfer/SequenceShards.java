package io.gatehouse.store.transfer;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.ShardQueue;
import io.gatehouse.store.write.TokenColumns;
import io.gatehouse.store.write.TokenValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Packs sequences into shards. Only the open shard is held: it is handed over when it fills a row group of DuckDB, or when
 * there is no memory for the next sequence.
 */
public final class SequenceShards {
    /** Rows of a row group: commits of fewer rows cost several times as much per row. */
    private static final int SHARD_ROWS = 122_880;

    /** Share of the heap for shards that wait. */
    private static final int QUEUE_SHARE = 8;

    private final RunWriter writer;
    private final ShardQueue queue;
    private final FileMemory memory;
    private final int experts;
    private final Map<TracedBlock.Kind, TracedBlock> blocks = new LinkedHashMap<>();
    private final List<TokenColumns> tokens = new ArrayList<>();
    private final List<AnswerRow> answers = new ArrayList<>();
    private int number;
    private long rows;
    private long bytes;

    /**
     * @param memory counts the open shard
     * @param experts largest number of experts of a layer
     * @param number number of the first shard
     */
    private SequenceShards(RunWriter writer, ShardQueue queue, FileMemory memory, int experts, int number) {
        this.writer = writer;
        this.queue = queue;
        this.memory = memory;
        this.experts = experts;
        this.number = number;
    }

    /**
     * Writes sequences with the writer of their run, and returns the number of the shard after theirs.
     *
     * @param memory counts the sequences that are held until their shard is written
     * @param first number of the first shard
     * @throws GatehouseException OUT_OF_MEMORY if a sequence alone is too large; what reading or writing fails with
     */
    static int write(
            SequenceSource sequences, FileMemory memory, RunDescription description, RunWriter writer, int first) {
        long room = Math.min(ShardQueue.DEFAULT_BYTES, Runtime.getRuntime().maxMemory() / QUEUE_SHARE);
        try (ShardQueue queue = new ShardQueue(writer, room, (commit, waiting) -> {})) {
            SequenceShards shards = new SequenceShards(writer, queue, memory, description.experts(), first);
            sequences.read(shards::add);
            shards.handOver();
            queue.drain();
            return shards.number;
        }
    }

    /** Writes the sequences of an import with the writer of its run. */
    public static void write(ImportedRun run, RunDescription description, RunWriter writer) {
        write(run.sequences(), run.memory(), description, writer, 0);
    }

    /** Adds the sequence that is the question at {@code index} of the list that started the run. */
    private void add(TracedSequence sequence, int index) {
        long needed = sequence.bytes() + gateBytes(sequence) + sumBytes(sequence);
        if (rows >= SHARD_ROWS || !memory.hasRoom(needed)) {
            handOver();
        }
        memory.take(needed);
        bytes += needed;
        int questionId = writer.questionId(index);
        for (TracedLayer layer : sequence.layers()) {
            int prompt = layer.tokensBefore(sequence.length());
            add(questionId, sequence.length(), layer, false, 0, prompt);
            add(questionId, sequence.length(), layer, true, prompt, layer.tokens());
            rows += layer.tokens();
        }
        addTokens(questionId, sequence, false, 0, Math.min(sequence.length(), sequence.tokens().length));
        addTokens(questionId, sequence, true, sequence.length(), sequence.tokens().length);
        answers.add(answer(questionId, sequence));
    }

    private void add(int questionId, int length, TracedLayer layer, boolean generated, int from, int to) {
        if (from < to) {
            blocks.computeIfAbsent(TracedBlock.Kind.of(layer, generated), TracedBlock::new)
                    .add(questionId, length, layer, from, to);
        }
    }

    /** Adds the known tokens {@code [from, to)} of one phase. Their texts are unknown. */
    private void addTokens(int questionId, TracedSequence sequence, boolean generated, int from, int to) {
        if (from >= to) {
            return;
        }
        int[] questionIds = new int[to - from];
        int[] positions = new int[to - from];
        boolean[] last = new boolean[to - from];
        String[] texts = new String[to - from];
        Arrays.fill(questionIds, questionId);
        Arrays.setAll(positions, i -> from + i);
        last[last.length - 1] = !generated;
        Arrays.fill(texts, "");
        tokens.add(new TokenColumns(
                questionIds, positions, last, generated, Arrays.copyOfRange(sequence.tokens(), from, to), texts));
    }

    /** Hands the open shard over, if anything is in it. */
    private void handOver() {
        if (answers.isEmpty()) {
            return;
        }
        List<RoutingColumns> routing = new ArrayList<>();
        List<TokenValues> gates = new ArrayList<>();
        blocks.forEach((kind, block) -> {
            routing.add(block.routing());
            if (kind.gated()) {
                gates.add(block.gates());
            }
        });
        queue.put(new Shard(number, routing, tokens, answers, gates, List.of()));
        number++;
        memory.release(bytes);
        bytes = 0;
        rows = 0;
        blocks.clear();
        tokens.clear();
        answers.clear();
    }

    /** Whole gates are the largest part of a shard: they are counted as read and as columns. */
    private static long gateBytes(TracedSequence sequence) {
        return sequence.layers().stream()
                .mapToLong(layer -> (long) layer.probabilities().length * Float.BYTES)
                .sum();
    }

    private long sumBytes(TracedSequence sequence) {
        return sequence.layers().stream()
                .mapToLong(layer -> ShardQueue.sumBytes(layer.experts().length, experts))
                .sum();
    }

    private static AnswerRow answer(int questionId, TracedSequence sequence) {
        return new AnswerRow(
                questionId,
                sequence.answer().flatMap(TracedAnswer::predicted),
                sequence.answer().map(TracedAnswer::correct),
                new float[0],
                Optional.empty(),
                Optional.empty(),
                sequence.length());
    }
}
