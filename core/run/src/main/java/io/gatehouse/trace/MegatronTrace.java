package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedSequence;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Megatron core's {@code router_trace_rank*.jsonl}: a line a layer and step with {@code layer}, {@code step},
 * {@code num_tokens}, {@code topk} and {@code top_indices}. Ids only, in the order of experts, which is not their rank. A step
 * is a sequence here, as the trace does not say where one ends.
 */
final class MegatronTrace implements TraceReader {
    /** Heap that a line takes of a step that has no other, and an expert of a token while its table grows. */
    private static final int LINE_BYTES = 512;

    private static final int DECISION_BYTES = 32;

    private static final class Step {
        private final DecisionTable table;
        private int tokens;

        Step(Path file, int number) {
            this.table = new DecisionTable("%s, step %d".formatted(file, number), false);
        }
    }

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        TreeMap<Integer, Step> steps = new TreeMap<>();
        FileMemory memory = FileMemory.of(file);
        JsonRecords.read(
                file,
                line -> add(
                        steps.computeIfAbsent(line.field("step").index(), number -> new Step(file, number)),
                        line,
                        memory));
        steps.forEach((number, step) -> listener.sequence(new TracedSequence(
                "step %d".formatted(number), Optional.empty(), "", new int[0], step.tokens, step.table.layers())));
    }

    private static void add(Step step, JsonValue line, FileMemory memory) {
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
                step.table.add(layer, token, expert);
            }
        }
        step.tokens = Math.max(step.tokens, tokens);
    }
}
