package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.GatedDelta;
import io.gatehouse.checkpoint.config.KimiDelta;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Lightning;
import io.gatehouse.checkpoint.config.Mamba;
import io.gatehouse.checkpoint.config.Mamba2;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QueryScale;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.ShortConvolution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Every mixer token by token in double precision, straight from its formula: nothing is computed in chunks, in parallel or
 * for several prompts.
 *
 * @param weights row-major, under their names within the layer
 */
record PlainMixer(Map<String, double[]> weights, int hidden) {
    /** @param x [tokens][hidden] of one prompt */
    double[][] run(Mixer mixer, double[][] x) {
        if (mixer instanceof GatedDelta delta) {
            return gatedDelta(delta, x);
        }
        if (mixer instanceof KimiDelta delta) {
            return kimiDelta(delta, x);
        }
        if (mixer instanceof Lightning lightning) {
            return lightning(lightning, x);
        }
        if (mixer instanceof Mamba mamba) {
            return mamba(mamba, x);
        }
        if (mixer instanceof Mamba2 mamba) {
            return mamba2(mamba, x);
        }
        if (mixer instanceof ShortConvolution convolution) {
            return shortConvolution(convolution, x);
        }
        return latentAttention((LatentAttention) mixer, x);
    }

    private double[][] gatedDelta(GatedDelta mixer, double[][] x) {
        int each = mixer.valueHeads() / mixer.keyHeads();
        int keyWidth = mixer.keyWidth();
        int valueWidth = mixer.valueWidth();
        double[][] mixed = new double[x.length][2 * keyWidth + valueWidth];
        double[][] z = new double[x.length][valueWidth];
        double[][] b = new double[x.length][];
        double[][] a = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            if (mixer.projections() == GatedDelta.Projections.SEPARATE) {
                mixed[t] = times("linear_attn.in_proj_qkv.weight", x[t]);
                z[t] = times("linear_attn.in_proj_z.weight", x[t]);
                b[t] = times("linear_attn.in_proj_b.weight", x[t]);
                a[t] = times("linear_attn.in_proj_a.weight", x[t]);
                continue;
            }
            double[] qkvz = times("linear_attn.in_proj_qkvz.weight", x[t]);
            double[] ba = times("linear_attn.in_proj_ba.weight", x[t]);
            b[t] = new double[mixer.valueHeads()];
            a[t] = new double[mixer.valueHeads()];
            int at = 0;
            for (int head = 0; head < mixer.keyHeads(); head++) {
                System.arraycopy(qkvz, at, mixed[t], head * mixer.keyDim(), mixer.keyDim());
                at += mixer.keyDim();
                System.arraycopy(qkvz, at, mixed[t], keyWidth + head * mixer.keyDim(), mixer.keyDim());
                at += mixer.keyDim();
                int values = each * mixer.valueDim();
                System.arraycopy(qkvz, at, mixed[t], 2 * keyWidth + head * values, values);
                at += values;
                System.arraycopy(qkvz, at, z[t], head * values, values);
                at += values;
                System.arraycopy(ba, 2 * each * head, b[t], each * head, each);
                System.arraycopy(ba, 2 * each * head + each, a[t], each * head, each);
            }
        }
        double[][] convolved = convolution(mixed, vector("linear_attn.conv1d.weight"), new double[mixed[0].length]);
        double[][] output = new double[x.length][valueWidth];
        for (int head = 0; head < mixer.valueHeads(); head++) {
            int key = head / each * mixer.keyDim();
            double[][] state = new double[mixer.keyDim()][mixer.valueDim()];
            for (int t = 0; t < x.length; t++) {
                double[] row = activated(convolved[t]);
                double[] query = unit(Arrays.copyOfRange(row, key, key + mixer.keyDim()));
                double[] keys = unit(Arrays.copyOfRange(row, keyWidth + key, keyWidth + key + mixer.keyDim()));
                int first = 2 * keyWidth + head * mixer.valueDim();
                double decay = -Math.exp(vector("linear_attn.A_log")[head])
                        * softplus(a[t][head] + vector("linear_attn.dt_bias")[head]);
                double[] decays = new double[mixer.keyDim()];
                Arrays.fill(decays, decay);
                double[] o = deltaStep(
                        state,
                        query,
                        keys,
                        Arrays.copyOfRange(row, first, first + mixer.valueDim()),
                        decays,
                        sigmoid(b[t][head]));
                double[] normed = normed(o, vector("linear_attn.norm.weight"), mixer.epsilon());
                for (int j = 0; j < mixer.valueDim(); j++) {
                    int at = head * mixer.valueDim() + j;
                    output[t][at] = normed[j] * silu(z[t][at]);
                }
            }
        }
        return each(output, "linear_attn.out_proj.weight");
    }

    private double[][] kimiDelta(KimiDelta mixer, double[][] x) {
        int width = mixer.width();
        List<double[][]> qkv = new ArrayList<>();
        for (String name : List.of("q", "k", "v")) {
            double[][] projected = each(x, "self_attn." + name + "_proj.weight");
            qkv.add(convolution(projected, vector("self_attn." + name + "_conv1d.weight"), new double[width]));
        }
        double[][] f = perChannel(mixer, x, "f");
        double[][] g = perChannel(mixer, x, "g");
        double[][] b = each(x, "self_attn.b_proj.weight");
        double[][] output = new double[x.length][width];
        int dim = mixer.headDim();
        for (int head = 0; head < mixer.heads(); head++) {
            double rate = Math.exp(vector("self_attn.A_log")[head]);
            double[][] state = new double[dim][dim];
            for (int t = 0; t < x.length; t++) {
                double[] decays = new double[dim];
                for (int i = 0; i < dim; i++) {
                    double input = f[t][head * dim + i] + vector("self_attn.dt_bias")[head * dim + i];
                    decays[i] = mixer.lowerBound().isPresent()
                            ? mixer.lowerBound().getAsDouble() * sigmoid(rate * input)
                            : -rate * softplus(input);
                }
                double[] o = deltaStep(
                        state,
                        unit(part(activated(qkv.get(0)[t]), head, dim)),
                        unit(part(activated(qkv.get(1)[t]), head, dim)),
                        part(activated(qkv.get(2)[t]), head, dim),
                        decays,
                        sigmoid(b[t][head]));
                double[] normed = normed(o, vector("self_attn.o_norm.weight"), mixer.epsilon());
                for (int i = 0; i < dim; i++) {
                    output[t][head * dim + i] = normed[i] * sigmoid(g[t][head * dim + i]);
                }
            }
        }
        return each(output, "self_attn.o_proj.weight");
    }

    private double[][] perChannel(KimiDelta mixer, double[][] x, String name) {
        return mixer.lowRank()
                ? each(each(x, "self_attn." + name + "_a_proj.weight"), "self_attn." + name + "_b_proj.weight")
                : each(x, "self_attn." + name + "_proj.weight");
    }

    /** S = exp(g) S; S += k (b (v - Sᵀ k))ᵀ; Sᵀ q / sqrt(size of k). */
    private static double[] deltaStep(
            double[][] state, double[] query, double[] key, double[] value, double[] decays, double rate) {
        for (int i = 0; i < key.length; i++) {
            for (int j = 0; j < value.length; j++) {
                state[i][j] *= Math.exp(decays[i]);
            }
        }
        double[] output = new double[value.length];
        for (int j = 0; j < value.length; j++) {
            double known = 0;
            for (int i = 0; i < key.length; i++) {
                known += state[i][j] * key[i];
            }
            for (int i = 0; i < key.length; i++) {
                state[i][j] += key[i] * rate * (value[j] - known);
                output[j] += state[i][j] * query[i] / Math.sqrt(key.length);
            }
        }
        return output;
    }

    private double[][] lightning(Lightning mixer, double[][] x) {
        int dim = mixer.headDim();
        double[][] output = new double[x.length][mixer.width()];
        for (int head = 0; head < mixer.heads(); head++) {
            double decay = Math.exp(-mixer.depth() * Math.pow(2, -8.0 * (head + 1) / mixer.heads()));
            double[][] state = new double[dim][dim];
            for (int t = 0; t < x.length; t++) {
                double[] qkv = part(activated(times("self_attn.qkv_proj.weight", x[t])), head, 3 * dim);
                for (int j = 0; j < dim; j++) {
                    for (int i = 0; i < dim; i++) {
                        state[i][j] = decay * state[i][j] + qkv[dim + i] * qkv[2 * dim + j];
                        output[t][head * dim + j] += state[i][j] * qkv[i];
                    }
                }
            }
        }
        for (int t = 0; t < x.length; t++) {
            double[] normed = normed(output[t], vector("self_attn.norm.weight"), mixer.epsilon());
            double[] gate = times("self_attn.output_gate.weight", x[t]);
            Arrays.setAll(normed, i -> normed[i] * sigmoid(gate[i]));
            output[t] = normed;
        }
        return each(output, "self_attn.out_proj.weight");
    }

    private double[][] mamba(Mamba mixer, double[][] x) {
        int channels = mixer.channels();
        double[][] projected = biased(each(x, "mamba.in_proj.weight"), "mamba.in_proj.bias", mixer.biased());
        double[][] inner = columns(projected, 0, channels);
        double[] bias = mixer.convolutionBias() ? vector("mamba.conv1d.bias") : new double[channels];
        double[][] convolved = convolution(inner, vector("mamba.conv1d.weight"), bias);
        double[][] output = new double[x.length][channels];
        double[][] state = new double[channels][mixer.states()];
        for (int t = 0; t < x.length; t++) {
            double[] value = activated(convolved[t]);
            double[] small = times("mamba.x_proj.weight", value);
            int rank = mixer.rank();
            int states = mixer.states();
            double[] dt = normed(Arrays.copyOf(small, rank), vector("mamba.dt_layernorm.weight"), mixer.epsilon());
            double[] in = normed(
                    Arrays.copyOfRange(small, rank, rank + states),
                    vector("mamba.b_layernorm.weight"),
                    mixer.epsilon());
            double[] out = normed(
                    Arrays.copyOfRange(small, rank + states, rank + 2 * states),
                    vector("mamba.c_layernorm.weight"),
                    mixer.epsilon());
            double[] steps = times("mamba.dt_proj.weight", dt);
            for (int c = 0; c < channels; c++) {
                double step = softplus(steps[c] + vector("mamba.dt_proj.bias")[c]);
                double y = vector("mamba.D")[c] * value[c];
                for (int n = 0; n < states; n++) {
                    double rate = -Math.exp(vector("mamba.A_log")[c * states + n]);
                    state[c][n] = Math.exp(step * rate) * state[c][n] + step * in[n] * value[c];
                    y += state[c][n] * out[n];
                }
                output[t][c] = y * silu(projected[t][channels + c]);
            }
        }
        return biased(each(output, "mamba.out_proj.weight"), "mamba.out_proj.bias", mixer.biased());
    }

    private double[][] mamba2(Mamba2 mixer, double[][] x) {
        int width = mixer.width();
        int channels = mixer.convolutionWidth();
        double[][] projected = biased(each(x, "mamba.in_proj.weight"), "mamba.in_proj.bias", mixer.biased());
        double[] bias = mixer.convolutionBias() ? vector("mamba.conv1d.bias") : new double[channels];
        double[][] convolved = convolution(columns(projected, width, channels), vector("mamba.conv1d.weight"), bias);
        double[][] output = new double[x.length][width];
        int states = mixer.states();
        for (int head = 0; head < mixer.heads(); head++) {
            int group = head / (mixer.heads() / mixer.groups());
            double[][] state = new double[mixer.headDim()][states];
            for (int t = 0; t < x.length; t++) {
                double[] row = activated(convolved[t]);
                double step = softplus(projected[t][width + channels + head] + vector("mamba.dt_bias")[head]);
                step = Math.min(Math.max(step, mixer.leastStep()), mixer.greatestStep());
                double decay = Math.exp(-Math.exp(vector("mamba.A_log")[head]) * step);
                for (int i = 0; i < mixer.headDim(); i++) {
                    int at = head * mixer.headDim() + i;
                    double y = vector("mamba.D")[head] * row[at];
                    for (int n = 0; n < states; n++) {
                        double in = row[width + group * states + n];
                        double out = row[width + (mixer.groups() + group) * states + n];
                        state[i][n] = decay * state[i][n] + step * row[at] * in;
                        y += state[i][n] * out;
                    }
                    output[t][at] = y * silu(projected[t][at]);
                }
            }
        }
        int each = width / mixer.groups();
        for (double[] row : output) {
            for (int group = 0; group < mixer.groups(); group++) {
                double[] normed =
                        normed(part(row, group, each), part(vector("mamba.norm.weight"), group, each), mixer.epsilon());
                System.arraycopy(normed, 0, row, group * each, each);
            }
        }
        return biased(each(output, "mamba.out_proj.weight"), "mamba.out_proj.bias", mixer.biased());
    }

    private double[][] shortConvolution(ShortConvolution mixer, double[][] x) {
        double[][] bcx = biased(each(x, "conv.in_proj.weight"), "conv.in_proj.bias", mixer.biased());
        double[][] input = new double[x.length][hidden];
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < hidden; i++) {
                input[t][i] = bcx[t][i] * bcx[t][2 * hidden + i];
            }
        }
        double[] bias = mixer.biased() ? vector("conv.conv.bias") : new double[hidden];
        double[][] output = convolution(input, vector("conv.conv.weight"), bias);
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < hidden; i++) {
                output[t][i] *= bcx[t][hidden + i];
            }
        }
        return biased(each(output, "conv.out_proj.weight"), "conv.out_proj.bias", mixer.biased());
    }

    private double[][] latentAttention(LatentAttention mixer, double[][] x) {
        int heads = mixer.heads();
        int plain = mixer.plainDim();
        int rotary = mixer.rotaryDim();
        double[][] latent = new double[x.length][];
        double[][] queries = new double[x.length][];
        double[][] expanded = new double[x.length][];
        double[][] shared = new double[x.length][];
        double[][] gates = new double[x.length][heads * mixer.valueDim()];
        for (int t = 0; t < x.length; t++) {
            latent[t] = x[t];
            if (mixer.queryRank().isPresent()) {
                double[] raw =
                        plus(times("self_attn.q_a_proj.weight", x[t]), "self_attn.q_a_proj.bias", mixer.biased());
                latent[t] =
                        rescaled(mixer, normed(raw, vector("self_attn.q_a_layernorm.weight"), mixer.latentEpsilon()));
                boolean ofBoth = mixer.gate() == OutputGate.SIGMOID_OF_QUERY;
                queries[t] = times("self_attn.q_b_proj.weight", ofBoth ? joined(latent[t], raw) : latent[t]);
            } else {
                queries[t] = times("self_attn.q_proj.weight", x[t]);
            }
            if (mixer.gate() == OutputGate.SIGMOID_OF_QUERY) {
                double[] all = queries[t];
                int both = plain + rotary + mixer.valueDim();
                queries[t] = new double[heads * (plain + rotary)];
                for (int head = 0; head < heads; head++) {
                    System.arraycopy(all, head * both, queries[t], head * (plain + rotary), plain + rotary);
                    System.arraycopy(
                            all, head * both + plain + rotary, gates[t], head * mixer.valueDim(), mixer.valueDim());
                }
            } else if (mixer.gate() == OutputGate.SIGMOID_HEAD) {
                double[] logits = times("self_attn.output_gate.weight", x[t]);
                Arrays.setAll(gates[t], i -> logits[i / mixer.valueDim()]);
            } else if (mixer.gate() == OutputGate.SIGMOID) {
                gates[t] = times("self_attn.output_gate.weight", x[t]);
            }
            double[] compressed = plus(
                    times("self_attn.kv_a_proj_with_mqa.weight", x[t]),
                    "self_attn.kv_a_proj_with_mqa.bias",
                    mixer.biased());
            expanded[t] = times(
                    "self_attn.kv_b_proj.weight",
                    rescaled(
                            mixer,
                            normed(
                                    Arrays.copyOf(compressed, mixer.latentRank()),
                                    vector("self_attn.kv_a_layernorm.weight"),
                                    mixer.latentEpsilon())));
            double[] key = Arrays.copyOfRange(compressed, mixer.latentRank(), compressed.length);
            shared[t] = mixer.latents().keyNorm()
                    ? normed(key, vector("self_attn.k_rope_layernorm.weight"), mixer.latentEpsilon())
                    : key;
            if (mixer.rope().isPresent()) {
                turn(mixer.rope().get(), mixer.rope().get().layout(), shared[t], 0, t);
                for (int head = 0; head < heads; head++) {
                    turn(
                            mixer.rope().get(),
                            mixer.rope().get().layout(),
                            queries[t],
                            head * (plain + rotary) + plain,
                            t);
                }
            }
        }
        double[][] output = new double[x.length][heads * mixer.valueDim()];
        for (int t = 0; t < x.length; t++) {
            List<Integer> seen = seen(mixer, x, latent, t);
            for (int head = 0; head < heads; head++) {
                int query = head * (plain + rotary);
                int key = head * (plain + mixer.valueDim());
                double[] scores = new double[seen.size()];
                for (int i = 0; i < scores.length; i++) {
                    int s = seen.get(i);
                    for (int d = 0; d < plain; d++) {
                        scores[i] += queries[t][query + d] * expanded[s][key + d];
                    }
                    for (int d = 0; d < rotary; d++) {
                        scores[i] += queries[t][query + plain + d] * shared[s][d];
                    }
                    scores[i] *= mixer.scale() * growth(mixer, t, head);
                }
                double max = Arrays.stream(scores).max().orElseThrow();
                double sink = mixer.sinks() ? Math.exp(vector("self_attn.sinks")[head] - max) : 0;
                double sum = Arrays.stream(scores)
                                .map(score -> Math.exp(score - max))
                                .sum()
                        + sink;
                for (int i = 0; i < scores.length; i++) {
                    for (int d = 0; d < mixer.valueDim(); d++) {
                        int at = head * mixer.valueDim() + d;
                        double gate = mixer.gate() == OutputGate.NONE ? 1 : sigmoid(gates[t][at]);
                        output[t][at] +=
                                gate * Math.exp(scores[i] - max) / sum * expanded[seen.get(i)][key + plain + d];
                    }
                }
            }
        }
        return biased(each(output, "self_attn.o_proj.weight"), "self_attn.o_proj.bias", mixer.biased());
    }

    private static double[] joined(double[] first, double[] second) {
        double[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private double[] rescaled(LatentAttention mixer, double[] latent) {
        double factor = mixer.latents().rescaled() ? Math.sqrt((double) hidden / latent.length) : 1;
        return Arrays.stream(latent).map(value -> value * factor).toArray();
    }

    private double growth(LatentAttention mixer, int position, int head) {
        if (mixer.queryScale().isEmpty()) {
            return 1;
        }
        QueryScale growth = mixer.queryScale().get();
        if (growth instanceof QueryScale.Steps steps) {
            return 1 + steps.scale() * Math.log(1 + Math.floor((position + steps.offset()) / steps.floor()));
        }
        if (growth instanceof QueryScale.Power power) {
            return Math.pow(1 + (position + 1) / power.length(), power.exponent());
        }
        return vector("self_attn.query_scale.scale")[head] * Math.log(position + 1)
                + vector("self_attn.query_scale.bias")[head];
    }

    /** The tokens that token t sees. */
    private List<Integer> seen(LatentAttention mixer, double[][] x, double[][] latent, int t) {
        if (mixer.indexer().isEmpty()) {
            long first = Math.max(0, (long) t + 1 - mixer.mask().window());
            return IntStream.rangeClosed((int) first, t).boxed().toList();
        }
        LatentAttention.Indexer indexer = mixer.indexer().get();
        Rope rope = mixer.rope().orElseThrow();
        double[] query = times("self_attn.indexer.wq_b.weight", latent[t]);
        for (int head = 0; head < indexer.heads(); head++) {
            turn(rope, indexer.layout(), query, head * indexer.headDim(), t);
        }
        double[] weight = times("self_attn.indexer.weights_proj.weight", x[t]);
        double[] scores = new double[t + 1];
        for (int s = 0; s <= t; s++) {
            double[] key = centred(times("self_attn.indexer.wk.weight", x[s]));
            turn(rope, indexer.layout(), key, 0, s);
            for (int head = 0; head < indexer.heads(); head++) {
                double product = 0;
                for (int d = 0; d < indexer.headDim(); d++) {
                    product += query[head * indexer.headDim() + d] * key[d];
                }
                scores[s] += weight[head] * Math.max(product, 0);
            }
        }
        return IntStream.rangeClosed(0, t)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(s -> -scores[s]))
                .limit(indexer.topK())
                .toList();
    }

    private double[] centred(double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance = Arrays.stream(x)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
        double[] weight = vector("self_attn.indexer.k_norm.weight");
        double[] bias = vector("self_attn.indexer.k_norm.bias");
        double[] result = new double[x.length];
        Arrays.setAll(result, i -> (x[i] - mean) / Math.sqrt(variance + 1e-6) * weight[i] + bias[i]);
        return result;
    }

    private static void turn(Rope rope, Rope.Layout layout, double[] x, int from, int position) {
        int half = rope.dims() / 2;
        double[] frequencies = rope.frequencies(1);
        for (int i = 0; i < half; i++) {
            int first = from + (layout == Rope.Layout.HALVES ? i : 2 * i);
            int second = layout == Rope.Layout.HALVES ? first + half : first + 1;
            double cos = Math.cos(position * frequencies[i]);
            double sin = Math.sin(position * frequencies[i]);
            double a = x[first];
            double b = x[second];
            x[first] = a * cos - b * sin;
            x[second] = b * cos + a * sin;
        }
    }

    /** @param weight [channels x kernel] */
    private static double[][] convolution(double[][] x, double[] weight, double[] bias) {
        int channels = x[0].length;
        int kernel = weight.length / channels;
        double[][] output = new double[x.length][channels];
        for (int t = 0; t < x.length; t++) {
            for (int c = 0; c < channels; c++) {
                output[t][c] = bias[c];
                for (int j = Math.max(0, kernel - 1 - t); j < kernel; j++) {
                    output[t][c] += weight[c * kernel + j] * x[t - kernel + 1 + j][c];
                }
            }
        }
        return output;
    }

    private double[] vector(String name) {
        double[] found = weights.get(name);
        if (found == null) {
            throw new IllegalArgumentException("The block has no weight " + name);
        }
        return found;
    }

    private double[] times(String name, double[] x) {
        double[] weight = vector(name);
        double[] product = new double[weight.length / x.length];
        for (int i = 0; i < product.length; i++) {
            for (int j = 0; j < x.length; j++) {
                product[i] += weight[i * x.length + j] * x[j];
            }
        }
        return product;
    }

    private double[][] each(double[][] x, String name) {
        return Arrays.stream(x).map(row -> times(name, row)).toArray(double[][]::new);
    }

    private double[][] biased(double[][] x, String name, boolean present) {
        return Arrays.stream(x).map(row -> plus(row, name, present)).toArray(double[][]::new);
    }

    private double[] plus(double[] x, String name, boolean present) {
        if (!present) {
            return x;
        }
        double[] bias = vector(name);
        double[] sum = new double[x.length];
        Arrays.setAll(sum, i -> x[i] + bias[i]);
        return sum;
    }

    private static double[][] columns(double[][] x, int from, int count) {
        return Arrays.stream(x)
                .map(row -> Arrays.copyOfRange(row, from, from + count))
                .toArray(double[][]::new);
    }

    private static double[] part(double[] x, int index, int size) {
        return Arrays.copyOfRange(x, index * size, (index + 1) * size);
    }

    private static double[] activated(double[] x) {
        return Arrays.stream(x).map(PlainMixer::silu).toArray();
    }

    private static double[] unit(double[] x) {
        double length = Math.sqrt(Arrays.stream(x).map(value -> value * value).sum() + 1e-6);
        return Arrays.stream(x).map(value -> value / length).toArray();
    }

    private static double[] normed(double[] x, double[] weight, double epsilon) {
        double square = Arrays.stream(x).map(value -> value * value).average().orElseThrow();
        double[] normed = new double[x.length];
        Arrays.setAll(normed, i -> x[i] / Math.sqrt(square + epsilon) * weight[i]);
        return normed;
    }

    private static double silu(double x) {
        return x * sigmoid(x);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double softplus(double x) {
        return x > 30 ? x : Math.log1p(Math.exp(x));
    }
}
