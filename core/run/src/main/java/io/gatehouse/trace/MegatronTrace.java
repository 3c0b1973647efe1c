package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.DecisionTable;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Megatron core's {@code router_trace_rank*.jsonl} ({@code megatron/core/transformer/moe/router_trace.py}): a line a step,
 * microbatch and layer with {@code layer}, {@code step}, {@code num_tokens}, {@code topk} and {@code top_indices}. Ids
 * only, in the order of experts, which is not their rank. A microbatch of a step and rank is a sequence here, as the trace
 * does not say where one ends. Layers of multi-token prediction, which have numbers of their own, are left out. Where
 * activations are recomputed, the trace has a microbatch twice, and it is read once.
 */
final class MegatronTrace implements TraceReader {
    /** Heap that a line takes of a microbatch that has no other, and an expert of a token while its table grows. */
    private static final int LINE_BYTES = 512;

    private static final int DECISION_BYTES = 32;
    private static final String MTP = "mtp";

    /** So many tokens of two microbatches do not go to the same experts. */
    private static final int LEAST_TOKENS = 8;

    /** One microbatch of a step: training writes no number, but the lines of a layer are in their order. */
    private record Microbatch(int step, int rank, int number) implements Comparable<Microbatch> {
        private static final Comparator<Microbatch> ORDER = Comparator.comparingInt(Microbatch::step)
                .thenComparingInt(Microbatch::rank)
                .thenComparingInt(Microbatch::number);

        String name() {
            return "step %d".formatted(step)
                    + (rank > 0 ? ", rank %d".formatted(rank) : "")
                    + (number > 0 ? ", microbatch %d".formatted(number) : "");
        }

        @Override
        public int compareTo(Microbatch other) {
            return ORDER.compare(this, other);
        }
    }

    /** A layer of a step on a rank. */
    private record StepLayer(int step, int rank, int layer) {}

    /** The lines of a layer and step that are of different microbatches, as hashes of their experts. */
    private static final class Lines {
        private final List<Integer> hashes = new ArrayList<>();

        /** Returns the number of the microbatch that a line is of; none if it is there, because it was recomputed. */
        OptionalInt add(JsonValue routed) {
            int hash = routed.node().hashCode();
            if (routed.size() >= LEAST_TOKENS && hashes.contains(hash)) {
                return OptionalInt.empty();
            }
            hashes.add(hash);
            return OptionalInt.of(hashes.size() - 1);
        }
    }

    /** The decisions of a microbatch. */
    private static final class Decisions {
        private final DecisionTable table;
        private int tokens;

        Decisions(String place) {
            this.table = new DecisionTable(place, false);
        }
    }

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        TreeMap<Microbatch, Decisions> microbatches = new TreeMap<>();
        Map<StepLayer, Lines> lines = new HashMap<>();
        FileMemory memory = FileMemory.of(file);
        JsonRecords.read(file, line -> {
            if (isMtp(line)) {
                return;
            }
            int step = line.field("step").index();
            int rank = line.find("rank").map(JsonValue::index).orElse(0);
            OptionalInt number = lines.computeIfAbsent(
                            new StepLayer(step, rank, line.field("layer").index()), unseen -> new Lines())
                    .add(line.field("top_indices"));
            if (number.isEmpty()) {
                return;
            }
            Microbatch microbatch = new Microbatch(step, rank, number.getAsInt());
            add(
                    microbatches.computeIfAbsent(
                            microbatch, unseen -> new Decisions("%s, %s".formatted(file, microbatch.name()))),
                    line,
                    memory);
        });
        microbatches.forEach((microbatch, decisions) -> listener.sequence(new TracedSequence(
                microbatch.name(), Optional.empty(), "", new int[0], decisions.tokens, decisions.table.layers())));
    }

    private static boolean isMtp(JsonValue line) {
        return line.find("mtp_idx").isPresent()
                || line.find("block")
                        .filter(JsonValue::isText)
                        .map(block -> block.text().equals(MTP))
                        .orElse(false);
    }

    private static void add(Decisions decisions, JsonValue line, FileMemory memory) {
        int layer = line.field("layer").index();
        int topK = line.field("topk").index();
        JsonValue routed = line.field("top_indices");
        int tokens = line.field("num_tokens").index();
        if (routed.size() != tokens) {
            throw routed.corrupt("has %d tokens, but num_tokens is %d".formatted(routed.size(), tokens));
        }
        memory.take(LINE_BYTES + (long) tokens * topK * DECISION_BYTES);
        for (int token = 0; token < tokens; token++) {
            int[] experts = routed.item(token).indices();
            if (experts.length != topK) {
                throw routed.item(token).corrupt("has %d experts, but topk is %d".formatted(experts.length, topK));
            }
            for (int expert : experts) {
                decisions.table.add(layer, token, expert);
            }
        }
        decisions.tokens = Math.max(decisions.tokens, tokens);
    }
}
