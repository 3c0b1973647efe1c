package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Keeps everything the engine computed for some prompts, as named tensors: {@code p0.input_ids [T]},
 * {@code p0.last_logits [V]}, {@code p0.logits [T,V]}, {@code p0.hidden_states [layers+1,T,hidden]} and, one entry per
 * router R, {@code p0.router_logits}, {@code p0.router_probs [R,T,E]}, {@code p0.topk_ids} and
 * {@code p0.topk_weights [R,T,K]}; the same for p1 and on. For comparing engines: it all stays in memory.
 */
public final class PrefillTrace implements PrefillListener {
    private final List<int[]> prompts;
    private final Map<String, List<float[]>> floats = new TreeMap<>();
    private final Map<String, List<int[]>> experts = new TreeMap<>();
    private final Map<String, Integer> widths = new HashMap<>();

    public PrefillTrace(List<int[]> prompts) {
        this.prompts = List.copyOf(prompts);
    }

    @Override
    public void routed(RoutingBatch batch) {
        int k = batch.topK();
        int[] ids = IntStream.range(0, batch.experts().length)
                .map(slot -> batch.experts()[slot])
                .toArray();
        forEachPrompt(batch.prompts(), (prompt, from, to) -> {
            widths.put("topk_ids", k);
            widths.put("topk_weights", k);
            add(experts, name(prompt, "topk_ids"), Arrays.copyOfRange(ids, from * k, to * k));
            add(floats, name(prompt, "topk_weights"), Arrays.copyOfRange(batch.weights(), from * k, to * k));
        });
    }

    @Override
    public void routerLogits(RoutingBatch batch, float[] logits) {
        keep("router_logits", batch.prompts(), logits);
        int width = logits.length / batch.tokens();
        float[] probabilities = new float[logits.length];
        for (int row = 0; row < batch.tokens(); row++) {
            softmax(logits, probabilities, row * width, width);
        }
        keep("router_probs", batch.prompts(), probabilities);
    }

    @Override
    public void hiddenStates(int index, int[] promptOfRow, float[] states) {
        keep("hidden_states", promptOfRow, states);
    }

    @Override
    public void allLogits(int[] promptOfRow, float[] logits) {
        keep("logits", promptOfRow, logits);
    }

    @Override
    public void lastLogits(int prompt, float[] logits) {
        add(floats, name(prompt, "last_logits"), logits);
    }

    /** All that was kept, ordered by name. */
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        for (int prompt = 0; prompt < prompts.size(); prompt++) {
            int[] ids = prompts.get(prompt);
            tensors.add(Tensor.longs(
                    name(prompt, "input_ids"),
                    List.of((long) ids.length),
                    Arrays.stream(ids).asLongStream().toArray()));
        }
        experts.forEach((name, parts) -> {
            int[] all = parts.stream().flatMapToInt(Arrays::stream).toArray();
            tensors.add(Tensor.ints(name, shape(name, all.length), all));
        });
        floats.forEach((name, parts) -> {
            float[] all = join(parts);
            tensors.add(Tensor.floats(name, shape(name, all.length), all));
        });
        return tensors;
    }

    /** [V] for the last logits, [T,V] for all logits, [parts,T,width] for what came layer by layer. */
    private List<Long> shape(String name, long values) {
        String tensor = name.substring(name.indexOf('.') + 1);
        if (tensor.equals("last_logits")) {
            return List.of(values);
        }
        long tokens = prompts.get(Integer.parseInt(name.substring(1, name.indexOf('.')))).length;
        long width = requireNonNull(widths.get(tensor), "no width");
        return tensor.equals("logits") ? List.of(tokens, width) : List.of(values / tokens / width, tokens, width);
    }

    private void keep(String name, int[] promptOfRow, float[] values) {
        int width = values.length / promptOfRow.length;
        widths.put(name, width);
        forEachPrompt(
                promptOfRow,
                (prompt, from, to) ->
                        add(floats, name(prompt, name), Arrays.copyOfRange(values, from * width, to * width)));
    }

    private interface Rows {
        void accept(int prompt, int from, int to);
    }

    private static void forEachPrompt(int[] promptOfRow, Rows rows) {
        int from = 0;
        for (int to = 1; to <= promptOfRow.length; to++) {
            if (to == promptOfRow.length || promptOfRow[to] != promptOfRow[from]) {
                rows.accept(promptOfRow[from], from, to);
                from = to;
            }
        }
    }

    private static String name(int prompt, String tensor) {
        return "p" + prompt + "." + tensor;
    }

    private static <T> void add(Map<String, List<T>> tensors, String name, T part) {
        tensors.computeIfAbsent(name, absent -> new ArrayList<>()).add(part);
    }

    private static float[] join(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int offset = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, offset, part.length);
            offset += part.length;
        }
        return all;
    }

    private static void softmax(float[] logits, float[] probabilities, int from, int width) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = from; i < from + width; i++) {
            max = Math.max(max, logits[i]);
        }
        double sum = 0;
        for (int i = from; i < from + width; i++) {
            sum += Math.exp(logits[i] - max);
        }
        for (int i = from; i < from + width; i++) {
            probabilities[i] = (float) (Math.exp(logits[i] - max) / sum);
        }
    }
}
