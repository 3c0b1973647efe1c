package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceBounds;
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
import java.util.stream.IntStream;

/**
 * Megatron core's {@code router_trace_rank*.jsonl} ({@code megatron/core/transformer/moe/router_trace.py}): a line a step,
 * microbatch and layer with {@code layer}, {@code step}, {@code num_tokens}, {@code topk} and {@code top_indices}. Ids in
 * the order of experts, which is not their rank; {@link MegatronLogits} beside it are the whole gates. A microbatch of a
 * step and rank is a sequence here, as the trace does not say where one ends. Layers of multi-token prediction, which have
 * numbers of their own, are left out. Where activations are recomputed, the trace has a microbatch twice, and it is read
 * once.
 */
final class MegatronTrace implements TraceReader {
    /** Heap that a line takes, and an expert of a token. */
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

    /** A layer of a rank, within a step. */
    private record RankLayer(int rank, int layer) {}

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

    /** The microbatches of a step, until the next one begins. */
    private static final class Step {
        private final Path file;
        private final FileMemory memory;
        private final TraceListener listener;
        private final TreeMap<Microbatch, List<TracedLayer>> microbatches = new TreeMap<>();
        private final Map<RankLayer, Lines> lines = new HashMap<>();
        /** The last step of each rank. */
        private final Map<Integer, Integer> last = new HashMap<>();

        private int step;
        private long taken;

        Step(Path file, TraceListener listener) {
            this.file = file;
            this.memory = FileMemory.of(file);
            this.listener = listener;
        }

        void add(JsonValue line) {
            int ofLine = line.field("step").index();
            int rank = line.find("rank").map(JsonValue::index).orElse(0);
            if (ofLine != step) {
                finish();
                step = ofLine;
            }
            if (last.getOrDefault(rank, 0) > ofLine) {
                throw line.corrupt("is of step %d, after step %d of rank %d".formatted(ofLine, last.get(rank), rank));
            }
            if (last.put(rank, ofLine) == null) {
                memory.take(LINE_BYTES);
            }
            int layer = line.field("layer").index();
            OptionalInt number = lines.computeIfAbsent(new RankLayer(rank, layer), unseen -> new Lines())
                    .add(line.field("top_indices"));
            if (number.isPresent()) {
                List<TracedLayer> layers = microbatches.computeIfAbsent(
                        new Microbatch(step, rank, number.getAsInt()), unseen -> new ArrayList<>());
                decisions(line, layer, rank).ifPresent(layers::add);
            }
        }

        private Optional<TracedLayer> decisions(JsonValue line, int layer, int rank) {
            int topK = line.field("topk").integer(1, TraceBounds.MOST);
            int tokens = line.field("num_tokens").index();
            JsonValue routed = line.field("top_indices");
            if (routed.size() != tokens) {
                throw routed.corrupt("has %d tokens, but num_tokens is %d".formatted(routed.size(), tokens));
            }
            take(LINE_BYTES + (long) tokens * topK * DECISION_BYTES);
            if (tokens == 0) {
                return Optional.empty();
            }
            Path logits = MegatronLogits.beside(file, rank);
            boolean gated = MegatronLogits.has(line) && MegatronLogits.exist(logits);
            int[] chosen = new int[tokens * topK];
            for (int token = 0; token < tokens; token++) {
                int[] experts = routed.item(token).indices();
                if (experts.length != topK) {
                    throw routed.item(token).corrupt("has %d experts, but topk is %d".formatted(experts.length, topK));
                }
                System.arraycopy(experts, 0, chosen, token * topK, topK);
            }
            return Optional.of(
                    gated
                            ? MegatronLogits.read(logits, line, tokens, this::take)
                                    .decisions(layer, topK, chosen, routed)
                            : new TracedLayer(
                                    layer,
                                    topK,
                                    IntStream.range(0, tokens).toArray(),
                                    chosen,
                                    false,
                                    new float[0],
                                    new float[0]));
        }

        private void take(long bytes) {
            memory.take(bytes);
            taken += bytes;
        }

        /** Gives the microbatches to the listener. */
        void finish() {
            microbatches.forEach((microbatch, layers) -> listener.sequence(new TracedSequence(
                    microbatch.name(),
                    Optional.empty(),
                    "",
                    new int[0],
                    layers.stream().mapToInt(TracedLayer::tokens).max().orElse(0),
                    layers.stream()
                            .sorted(Comparator.comparingInt(TracedLayer::layer))
                            .toList())));
            microbatches.clear();
            lines.clear();
            memory.release(taken);
            taken = 0;
        }
    }

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        Step step = new Step(file, listener);
        JsonRecords.read(file, line -> {
            if (!isMtp(line) && isWanted(line, shape)) {
                step.add(line);
            }
        });
        step.finish();
    }

    private static boolean isWanted(JsonValue line, TraceShape shape) {
        return shape.step().isEmpty()
                || line.field("step").index() == shape.step().getAsLong();
    }

    /** Whether a line is of a layer of multi-token prediction, which has a number of its own. */
    static boolean isMtp(JsonValue line) {
        return line.find("mtp_idx").isPresent()
                || line.find("block")
                        .filter(JsonValue::isText)
                        .map(block -> block.text().equals(MTP))
                        .orElse(false);
    }
}
