package io.gatehouse.engine;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * OLMoE written down as plainly as can be, in double precision, one token and one head at a time: what the engine must
 * agree with.
 */
final class PlainDecoder {
    private static final double EPSILON = 1e-5;

    private final TinyCheckpoint shape;
    private final Map<String, float[]> weights;

    PlainDecoder(TinyCheckpoint shape, Map<String, float[]> weights) {
        this.shape = shape;
        this.weights = weights;
    }

    /** Logits after the last token. */
    double[] lastLogits(int[] prompt) {
        double[][] states = new double[prompt.length][];
        float[] embedding = weight("model.embed_tokens.weight");
        for (int t = 0; t < prompt.length; t++) {
            states[t] = new double[TinyCheckpoint.HIDDEN];
            for (int i = 0; i < TinyCheckpoint.HIDDEN; i++) {
                states[t][i] = embedding[prompt[t] * TinyCheckpoint.HIDDEN + i];
            }
        }
        for (int layer = 0; layer < TinyCheckpoint.LAYERS; layer++) {
            String prefix = "model.layers." + layer + ".";
            double[][] attended = attention(states, prefix);
            for (int t = 0; t < prompt.length; t++) {
                states[t] = sum(states[t], attended[t]);
                states[t] = sum(states[t], experts(norm(states[t], prefix + "post_attention_layernorm"), prefix));
            }
        }
        String head = shape.tied() ? "model.embed_tokens.weight" : "lm_head.weight";
        return multiply(weight(head), norm(states[prompt.length - 1], "model.norm"));
    }

    private double[][] attention(double[][] states, String prefix) {
        int tokens = states.length;
        double[][] query = new double[tokens][];
        double[][] key = new double[tokens][];
        double[][] value = new double[tokens][];
        for (int t = 0; t < tokens; t++) {
            double[] x = norm(states[t], prefix + "input_layernorm");
            query[t] = rotate(clip(norm(linear(x, prefix, "q"), prefix + "self_attn.q_norm")), t);
            key[t] = rotate(clip(norm(linear(x, prefix, "k"), prefix + "self_attn.k_norm")), t);
            value[t] = clip(linear(x, prefix, "v"));
        }
        double[][] out = new double[tokens][];
        for (int t = 0; t < tokens; t++) {
            double[] context = new double[TinyCheckpoint.HIDDEN];
            for (int head = 0; head < TinyCheckpoint.HEADS; head++) {
                attend(head, t, query, key, value, context);
            }
            out[t] = linear(context, prefix, "o");
        }
        return out;
    }

    private void attend(int head, int t, double[][] query, double[][] key, double[][] value, double[] context) {
        int dim = TinyCheckpoint.HEAD_DIM;
        int source = head / (TinyCheckpoint.HEADS / shape.keyValueHeads());
        double[] scores = new double[t + 1];
        for (int s = 0; s <= t; s++) {
            for (int i = 0; i < dim; i++) {
                scores[s] += query[t][head * dim + i] * key[s][source * dim + i] / Math.sqrt(dim);
            }
        }
        double[] probabilities = softmax(scores);
        for (int s = 0; s <= t; s++) {
            for (int i = 0; i < dim; i++) {
                context[head * dim + i] += probabilities[s] * value[s][source * dim + i];
            }
        }
    }

    private double[] experts(double[] x, String prefix) {
        double[] probabilities = softmax(multiply(weight(prefix + "mlp.gate.weight"), x));
        int[] chosen = IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble(expert -> -probabilities[expert]))
                .limit(TinyCheckpoint.TOP_K)
                .mapToInt(Integer::intValue)
                .toArray();
        double mass = Arrays.stream(chosen)
                .mapToDouble(expert -> probabilities[expert])
                .sum();
        double[] out = new double[TinyCheckpoint.HIDDEN];
        for (int expert : chosen) {
            String own = prefix + "mlp.experts." + expert + ".";
            double[] gate = multiply(weight(own + "gate_proj.weight"), x);
            double[] up = multiply(weight(own + "up_proj.weight"), x);
            double[] inner = new double[gate.length];
            for (int i = 0; i < inner.length; i++) {
                inner[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
            }
            double[] down = multiply(weight(own + "down_proj.weight"), inner);
            double share = probabilities[expert] / (shape.normTopK() ? mass : 1);
            for (int i = 0; i < out.length; i++) {
                out[i] += share * down[i];
            }
        }
        return out;
    }

    private double[] linear(double[] x, String prefix, String name) {
        double[] product = multiply(weight(prefix + "self_attn." + name + "_proj.weight"), x);
        if (shape.bias()) {
            float[] bias = weight(prefix + "self_attn." + name + "_proj.bias");
            for (int i = 0; i < product.length; i++) {
                product[i] += bias[i];
            }
        }
        return product;
    }

    private double[] norm(double[] x, String name) {
        double meanSquare = Arrays.stream(x).map(value -> value * value).sum() / x.length;
        float[] weight = weight(name + ".weight");
        return IntStream.range(0, x.length)
                .mapToDouble(i -> weight[i] * x[i] / Math.sqrt(meanSquare + EPSILON))
                .toArray();
    }

    private double[] clip(double[] x) {
        double limit = shape.clip();
        return limit == 0
                ? x
                : Arrays.stream(x)
                        .map(value -> Math.max(-limit, Math.min(limit, value)))
                        .toArray();
    }

    private static double[] rotate(double[] x, int position) {
        int dim = TinyCheckpoint.HEAD_DIM;
        double[] out = new double[x.length];
        for (int start = 0; start < x.length; start += dim) {
            for (int i = 0; i < dim / 2; i++) {
                double angle = position * Math.pow(10_000, -2.0 * i / dim);
                double first = x[start + i];
                double second = x[start + i + dim / 2];
                out[start + i] = first * Math.cos(angle) - second * Math.sin(angle);
                out[start + i + dim / 2] = second * Math.cos(angle) + first * Math.sin(angle);
            }
        }
        return out;
    }

    private static double[] multiply(float[] matrix, double[] x) {
        double[] out = new double[matrix.length / x.length];
        for (int row = 0; row < out.length; row++) {
            for (int i = 0; i < x.length; i++) {
                out[row] += matrix[row * x.length + i] * x[i];
            }
        }
        return out;
    }

    private static double[] softmax(double[] x) {
        double max = Arrays.stream(x).max().orElseThrow();
        double sum = Arrays.stream(x).map(value -> Math.exp(value - max)).sum();
        return Arrays.stream(x).map(value -> Math.exp(value - max) / sum).toArray();
    }

    private static double[] sum(double[] x, double[] y) {
        return IntStream.range(0, x.length).mapToDouble(i -> x[i] + y[i]).toArray();
    }

    private float[] weight(String name) {
        float[] weight = weights.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("No weight " + name);
        }
        return weight;
    }
}
