package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedSequence;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Megatron core's {@code router_trace_rank*.jsonl} ({@code megatron/core/transformer/moe/router_trace.py}): a line a step,
 * microbatch and layer with {@code layer}, {@code step}, {@code num_tokens}, {@code topk} and {@code top_indices}. Ids
 * only, in the order of experts, which is not their rank. A microbatch of a step and rank is a sequence here, as the trace
 * does not say where one ends. Layers of multi-token prediction, which have numbers of their own, are left out.
 */
final class MegatronTrace implements TraceReader {
    /** Heap that a line takes of a microbatch that has no other, and an expert of a token while its table grows. */
    private static final int LINE_BYTES = 512;

    private static final int DECISION_BYTES = 32;
    private static final String MTP = "mtp";

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
        Map<StepLayer, Integer> lines = new HashMap<>();
        FileMemory memory = FileMemory.of(file);
        JsonRecords.read(file, line -> {
            if (isMtp(line)) {
                return;
            }
            int step = line.field("step").index();
            int rank = line.find("rank").map(JsonValue::index).orElse(0);
            int seen = lines.merge(new StepLayer(step, rank, line.field("layer").index()), 1, Integer::sum);
            Microbatch microbatch = new Microbatch(step, rank, seen - 1);
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
