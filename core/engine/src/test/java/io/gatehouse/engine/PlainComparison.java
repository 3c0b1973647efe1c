package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Tensor;
import io.gatehouse.engine.PlainOutcome.PlainRouting;
import io.gatehouse.engine.RoutingRows.Place;
import io.gatehouse.engine.RoutingRows.Row;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillTrace;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** What the engine gave for a prompt against what the plain decoder gives for it. */
record PlainComparison(int prompt, PlainOutcome expected, double tolerance) {
    /** Of the tensors of a {@link PrefillTrace}, by name. */
    void ofTrace(Map<String, Tensor> trace, ModelConfig config) {
        List<PlainRouting> routers = expected.routers();
        same(trace, "last_logits", Arrays.stream(expected.lastLogits()));
        same(trace, "hidden_states", flat(expected.hiddenStates().stream()));
        int router = 0;
        for (int layer = 0; layer < config.layers().size(); layer++) {
            if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse) {
                ofLayer(trace, "layer" + layer + ".", routers.get(router++));
            }
        }
    }

    private void ofLayer(Map<String, Tensor> trace, String layer, PlainRouting router) {
        same(trace, layer + "router_logits", flat(Stream.<double[][]>of(router.logits())));
        same(trace, layer + "topk_weights", flat(Stream.<double[][]>of(router.weights())));
        same(trace, layer + "router_probs", flat(Stream.<double[][]>of(router.gate())));
        Tensor ids = tensor(trace, layer + "topk_ids");
        int[] experts = new int[ids.data().remaining() / Integer.BYTES];
        ids.data().duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(experts);
        assertThat(experts)
                .as("%s", ids.name())
                .isEqualTo(Arrays.stream(router.experts())
                        .flatMapToInt(Arrays::stream)
                        .toArray());
    }

    /** Of what came token by token, with or without what has to be asked for. */
    void ofRows(RoutingRows actual, ModelConfig config, Capture capture) {
        same("last logits", actual.lastLogits.getOrDefault(prompt, new float[0]), Arrays.stream(expected.lastLogits()));
        int router = 0;
        for (int layer = 0; layer < config.layers().size(); layer++) {
            if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse) {
                PlainRouting routing = expected.routers().get(router++);
                int tokens = routing.experts().length;
                int first = capture.tokens() == Capture.Tokens.LAST ? tokens - 1 : 0;
                for (int t = first; t < tokens; t++) {
                    ofRow(actual.row(new Place(prompt, layer, t)), routing, t, capture);
                }
            }
        }
    }

    private void ofRow(Row row, PlainRouting routing, int t, Capture capture) {
        double[] gate = routing.gate()[t];
        double[] chosen =
                Arrays.stream(routing.experts()[t]).mapToDouble(e -> gate[e]).toArray();
        double mass = Arrays.stream(chosen).sum();
        // Resident experts can have taken the place of the router's own.
        double[] ascending = Arrays.stream(gate).sorted().toArray();
        double own = ascending[gate.length - chosen.length];
        double next = chosen.length == gate.length ? 0 : ascending[gate.length - chosen.length - 1];
        assertThat(row.experts()).as("experts of token %d", t).isEqualTo(routing.experts()[t]);
        same("weights", row.weights(), Arrays.stream(routing.weights()[t]));
        same("entropy", new float[] {row.entropy()}, DoubleStream.of(entropy(gate)));
        double[] renormalised = Arrays.stream(chosen).map(p -> p / mass).toArray();
        same("entropy of the chosen", new float[] {row.topKEntropy()}, DoubleStream.of(entropy(renormalised)));
        same("mass", new float[] {row.mass()}, DoubleStream.of(mass));
        same("margin", new float[] {row.margin()}, DoubleStream.of(own - next));
        boolean last = t == routing.experts().length - 1;
        assertThat(row.probabilities().isPresent()).isEqualTo(isOf(capture.probabilities(), last));
        assertThat(row.expertNorms().isPresent()).isEqualTo(isOf(capture.expertNorms(), last));
        row.probabilities().ifPresent(actual -> same("probabilities", actual, Arrays.stream(gate)));
        row.expertNorms()
                .ifPresent(actual -> same("norms of outputs", actual, Arrays.stream(routing.outputNorms()[t])));
    }

    private static boolean isOf(Capture.Tokens tokens, boolean last) {
        return tokens == Capture.Tokens.ALL || (tokens == Capture.Tokens.LAST && last);
    }

    private void same(Map<String, Tensor> trace, String name, DoubleStream reference) {
        Tensor tensor = tensor(trace, name);
        float[] values = new float[tensor.data().remaining() / Float.BYTES];
        tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        same(name, values, reference);
    }

    /** Within the tolerance, or that share of numbers above 1. */
    private void same(String name, float[] values, DoubleStream reference) {
        double[] exact = reference.toArray();
        assertThat(values).as("%s of prompt %d", name, prompt).hasSize(exact.length);
        for (int i = 0; i < exact.length; i++) {
            double allowed = tolerance * Math.max(1, Math.abs(exact[i]));
            // Not a close() of AssertJ: there are millions of them. The negation catches NaN.
            if (!(Math.abs(values[i] - exact[i]) <= allowed)) {
                throw new AssertionError(
                        "%s[%d] of prompt %d is %s instead of %s".formatted(name, i, prompt, values[i], exact[i]));
            }
        }
    }

    private Tensor tensor(Map<String, Tensor> trace, String name) {
        Tensor tensor = trace.get("p" + prompt + "." + name);
        if (tensor == null) {
            throw new AssertionError("The trace has no %s of prompt %d".formatted(name, prompt));
        }
        return tensor;
    }

    private static DoubleStream flat(Stream<double[][]> parts) {
        return parts.flatMap(Arrays::stream).flatMapToDouble(Arrays::stream);
    }

    private static double entropy(double[] probabilities) {
        return -Arrays.stream(probabilities)
                .filter(p -> p > 0)
                .map(p -> p * Math.log(p))
                .sum();
    }
}
