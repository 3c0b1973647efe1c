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
 * {@code p0.last_logits [V]}, {@code p0.logits [T,V]}, {@code p0.hidden_states [layers+1,T,hidden]} and, for each layer
 * with experts, {@code p0.layer3.router_logits}, {@code p0.layer3.router_probs [T,E]}, {@code p0.layer3.topk_ids},
 * {@code p0.layer3.topk_weights} and, where experts are not chosen by their probability, {@code p0.layer3.topk_scores
 * [T,K]}; the same for p1 and on. The router of an attention with experts, in layer l, stands under layer 1000 + l. With
 * generated texts, {@code p0.generated [N]}, too. For comparing engines: it all stays in memory.
 */
public final class PrefillTrace implements PrefillListener {
    private static final int MIXERS_FROM = 1000;
    private static final String GENERATED = "generated";

    private final List<int[]> prompts;
    private final Map<String, List<float[]>> floats = new TreeMap<>();
    private final Map<String, List<int[]>> ints = new TreeMap<>();
    private final Map<String, Integer> widths = new HashMap<>();

    public PrefillTrace(List<int[]> prompts) {
        this.prompts = List.copyOf(prompts);
    }

    @Override
    public void routed(RoutingBatch batch) {
        keepRouting("layer" + batch.layer(), batch);
    }

    @Override
    public void routerLogits(RoutingBatch batch, float[] logits) {
        keep("layer" + batch.layer() + ".router_logits", batch.prompts(), logits);
    }

    @Override
    public void mixerRouted(RoutingBatch batch, float[] logits) {
        String layer = "layer" + (MIXERS_FROM + batch.layer());
        keepRouting(layer, batch);
        keep(layer + ".router_logits", batch.prompts(), logits);
    }

    private void keepRouting(String layer, RoutingBatch batch) {
        int k = batch.topK();
        int[] ids = IntStream.range(0, batch.experts().length)
                .map(slot -> batch.experts()[slot])
                .toArray();
        String name = layer + ".topk_ids";
        widths.put(name, k);
        forEachPrompt(
                batch.prompts(),
                (prompt, from, to) -> add(ints, name(prompt, name), Arrays.copyOfRange(ids, from * k, to * k)));
        keep(layer + ".topk_weights", batch.prompts(), batch.weights());
        batch.scores().ifPresent(scores -> keep(layer + ".topk_scores", batch.prompts(), scores));
        batch.probabilities().ifPresent(all -> keep(layer + ".router_probs", batch.prompts(), all.values()));
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

    /** Keeps what was generated after a prompt. */
    public void generated(int prompt, int[] tokens) {
        add(ints, name(prompt, GENERATED), tokens);
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
        ints.forEach((name, parts) -> {
            int[] all = parts.stream().flatMapToInt(Arrays::stream).toArray();
            tensors.add(Tensor.ints(name, shape(name, all.length), all));
        });
        floats.forEach((name, parts) -> {
            float[] all = join(parts);
            tensors.add(Tensor.floats(name, shape(name, all.length), all));
        });
        return tensors;
    }

    /** [V] for the last logits, [N] for the generated tokens, [layers+1,T,hidden] for the hidden states, [T,width] for all others. */
    private List<Long> shape(String name, long values) {
        String tensor = name.substring(name.indexOf('.') + 1);
        if (tensor.equals("last_logits") || tensor.equals(GENERATED)) {
            return List.of(values);
        }
        long tokens = prompts.get(Integer.parseInt(name.substring(1, name.indexOf('.')))).length;
        long width = requireNonNull(widths.get(tensor), "no width");
        return tensor.equals("hidden_states")
                ? List.of(values / tokens / width, tokens, width)
                : List.of(tokens, width);
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
}
