package io.gatehouse.trace;

import io.gatehouse.store.TracedSequence;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Megatron core's {@code router_trace_rank*.jsonl}: a line a layer and step with {@code layer}, {@code step},
 * {@code num_tokens}, {@code topk} and {@code top_indices}. Ids only, in the order of experts, which is no rank. A step
 * is a sequence here, as the trace does not say where one ends.
 */
final class MegatronTrace implements TraceReader {
    private static final class Step {
        private final DecisionTable table = new DecisionTable(false);
        private int tokens;
    }

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        TreeMap<Integer, Step> steps = new TreeMap<>();
        JsonRecords.read(
                file, line -> add(steps.computeIfAbsent(line.field("step").index(), unseen -> new Step()), line));
        steps.forEach((number, step) -> listener.sequence(new TracedSequence(
                "step %d".formatted(number),
                Optional.empty(),
                "",
                new int[0],
                step.tokens,
                step.table.layers("%s, step %d".formatted(file, number)))));
    }

    private static void add(Step step, TraceFields line) {
        int layer = line.field("layer").index();
        int topK = line.field("topk").index();
        TraceFields routed = line.field("top_indices");
        int tokens = line.field("num_tokens").index();
        if (routed.size() != tokens) {
            throw routed.corrupt("has %d tokens, but num_tokens is %d".formatted(routed.size(), tokens));
        }
        for (int token = 0; token < tokens; token++) {
            int[] experts = routed.item(token).indices();
            if (experts.length != topK) {
                throw routed.item(token).corrupt("has %d experts, but topk is %d".formatted(experts.length, topK));
            }
            for (int expert : experts) {
                step.table.add(layer, token, expert);
            }
        }
        step.tokens = Math.max(step.tokens, tokens);
    }
}
