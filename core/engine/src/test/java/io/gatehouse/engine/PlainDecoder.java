package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.PlainOutcome.PlainRouting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A decoder with mixtures of experts written down as plainly as can be, in double precision, one token and one head at a
 * time: what the engine must agree with. It knows every variant of the models that choose experts by a softmax; other
 * families are compared with Hugging Face's outputs.
 */
final class PlainDecoder {
    private final ModelConfig config;
    private final PlainWeights weights;
    private final Interventions interventions;

    PlainDecoder(Checkpoint checkpoint) {
        this(checkpoint, Interventions.NONE);
    }

    PlainDecoder(Checkpoint checkpoint, Interventions interventions) {
        this.config = checkpoint.config();
        this.interventions = interventions;
        this.weights = new PlainWeights(checkpoint);
    }

    PlainOutcome run(int... prompt) {
        int tokens = prompt.length;
        double[][] states = new double[tokens][];
        double[] embedding = weights.of("model.embed_tokens.weight");
        for (int t = 0; t < tokens; t++) {
            int row = prompt[t] * config.hiddenSize();
            states[t] = Arrays.copyOfRange(embedding, row, row + config.hiddenSize());
        }
        List<double[][]> hidden = new ArrayList<>();
        hidden.add(states.clone());
        List<PlainRouting> routers = new ArrayList<>();
        for (int index = 0; index < config.layers().size(); index++) {
            Layer layer = config.layers().get(index);
            String prefix = "model.layers." + index + ".";
            double[][] attended = attention(states, (Attention) layer.mixer(), prefix);
            PlainRouting routing = new PlainRouting(tokens);
            for (int t = 0; t < tokens; t++) {
                double[] middle = PlainVector.sum(states[t], attended[t]);
                double[] normed = norm(middle, prefix + "post_attention_layernorm");
                states[t] = PlainVector.sum(middle, feedForward(normed, index, routing, t));
            }
            hidden.add(states.clone());
            if (layer.feedForward() instanceof FeedForward.Sparse) {
                routers.add(routing);
            }
        }
        for (int t = 0; t < tokens; t++) {
            states[t] = norm(states[t], "model.norm");
        }
        hidden.set(hidden.size() - 1, states);
        String head = config.tieWordEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
        return new PlainOutcome(PlainVector.multiply(weights.of(head), states[tokens - 1]), hidden, routers);
    }

    private double[][] attention(double[][] states, Attention attention, String prefix) {
        int tokens = states.length;
        PlainRotary rotary = new PlainRotary(attention.rope().orElseThrow(), attention.headDim(), tokens);
        double[][] query = new double[tokens][];
        double[][] key = new double[tokens][];
        double[][] value = new double[tokens][];
        for (int t = 0; t < tokens; t++) {
            double[] x = norm(states[t], prefix + "input_layernorm");
            query[t] = rotary.rotate(
                    clip(headNorm(project(x, attention, prefix, "q"), attention, prefix, "q"), attention), t);
            key[t] = rotary.rotate(
                    clip(headNorm(project(x, attention, prefix, "k"), attention, prefix, "k"), attention), t);
            value[t] = clip(project(x, attention, prefix, "v"), attention);
        }
        double[][] out = new double[tokens][];
        for (int t = 0; t < tokens; t++) {
            int first = Math.max(0, t - attention.mask().window() + 1);
            double[] context = new double[attention.heads() * attention.headDim()];
            for (int head = 0; head < attention.heads(); head++) {
                attend(attention, head, t, first, query, key, value, context);
            }
            out[t] = project(context, attention, prefix, "o");
        }
        return out;
    }

    /** Adds what one head of token t takes from the tokens first to t. */
    private static void attend(
            Attention attention,
            int head,
            int t,
            int first,
            double[][] query,
            double[][] key,
            double[][] value,
            double[] context) {
        int dim = attention.headDim();
        int to = head * dim;
        int from = head / (attention.heads() / attention.keyValueHeads()) * dim;
        double[] scores = new double[t + 1 - first];
        for (int s = first; s <= t; s++) {
            for (int i = 0; i < dim; i++) {
                scores[s - first] += query[t][to + i] * key[s][from + i] / Math.sqrt(dim);
            }
        }
        double[] probabilities = PlainVector.softmax(scores);
        for (int s = first; s <= t; s++) {
            for (int i = 0; i < dim; i++) {
                context[to + i] += probabilities[s - first] * value[s][from + i];
            }
        }
    }

    private double[] feedForward(double[] x, int layer, PlainRouting routing, int t) {
        String prefix = "model.layers." + layer + ".";
        if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse mixture) {
            return experts(x, layer, mixture, prefix + "mlp.", routing, t);
        }
        return swiGlu(x, prefix + "mlp.", "gate_proj", "up_proj", "down_proj");
    }

    private double[] experts(
            double[] x, int layer, FeedForward.Sparse mixture, String prefix, PlainRouting routing, int t) {
        double[] logits = PlainVector.multiply(weights.of(prefix + "gate.weight"), x);
        int topK = interventions.topK().orElse(mixture.topK());
        double[] probabilities = gate(logits, layer, topK);
        int[] chosen = interventions
                .residents()
                .map(residents -> preferring(residents, layer, probabilities, topK))
                .orElseGet(() -> best(probabilities, topK));
        double mass = mixture.router().isNormalised()
                ? Arrays.stream(chosen)
                        .mapToDouble(expert -> probabilities[expert])
                        .sum()
                : 1;
        routing.logits()[t] = logits;
        routing.gate()[t] = probabilities;
        routing.experts()[t] = chosen;
        routing.weights()[t] = Arrays.stream(chosen)
                .mapToDouble(expert -> probabilities[expert] / mass)
                .toArray();
        routing.outputNorms()[t] = new double[chosen.length];
        double[] out = new double[x.length];
        for (int rank = 0; rank < chosen.length; rank++) {
            double[] own = swiGlu(x, prefix + "experts." + chosen[rank] + ".", "gate_proj", "up_proj", "down_proj");
            routing.outputNorms()[t][rank] = PlainVector.length(own);
            float scale = interventions.scales().getOrDefault(new ExpertPlace(layer, chosen[rank]), 1f);
            out = PlainVector.sum(out, scaled(own, routing.weights()[t][rank] * scale));
        }
        if (mixture.shared().isPresent()) {
            double gate = PlainVector.multiply(weights.of(prefix + "shared_expert_gate.weight"), x)[0];
            double[] shared = swiGlu(x, prefix + "shared_expert.", "gate_proj", "up_proj", "down_proj");
            out = PlainVector.sum(out, scaled(shared, PlainVector.sigmoid(gate)));
        }
        return out;
    }

    /** Softmax over all experts; over those that are not masked, if one of these is among the best. */
    private double[] gate(double[] logits, int layer, int topK) {
        double[] all = PlainVector.softmax(logits);
        IntPredicate masked = expert -> interventions.masked().contains(new ExpertPlace(layer, expert));
        if (Arrays.stream(best(all, topK)).noneMatch(masked)) {
            return all;
        }
        double rest = IntStream.range(0, all.length)
                .filter(masked.negate())
                .mapToDouble(expert -> all[expert])
                .sum();
        return IntStream.range(0, all.length)
                .mapToDouble(expert -> masked.test(expert) ? 0 : all[expert] / rest)
                .toArray();
    }

    /** Takes the experts one by one: those that stay, then resident candidates, then the others. */
    private int[] preferring(ResidentExperts residents, int layer, double[] probabilities, int topK) {
        int[] ranked = best(probabilities, probabilities.length);
        Set<Integer> taken = new LinkedHashSet<>();
        for (int place = 0; place < Math.min(residents.keep(), ranked.length); place++) {
            taken.add(ranked[place]);
        }
        for (int place = 0; place < Math.min(residents.candidates(), ranked.length); place++) {
            ExpertPlace candidate = new ExpertPlace(layer, ranked[place]);
            if (residents.places().contains(candidate)
                    && !interventions.masked().contains(candidate)) {
                taken.add(ranked[place]);
            }
        }
        Arrays.stream(ranked).forEach(taken::add);
        return taken.stream()
                .limit(topK)
                .sorted(Comparator.comparingDouble(expert -> -probabilities[expert]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static int[] best(double[] probabilities, int count) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble(expert -> -probabilities[expert]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** down (silu(gate x) * up x), with silu(z) = z sigmoid(z). */
    private double[] swiGlu(double[] x, String prefix, String gate, String up, String down) {
        double[] gated = PlainVector.multiply(weights.of(prefix + gate + ".weight"), x);
        double[] raised = PlainVector.multiply(weights.of(prefix + up + ".weight"), x);
        for (int i = 0; i < gated.length; i++) {
            gated[i] *= PlainVector.sigmoid(gated[i]) * raised[i];
        }
        return PlainVector.multiply(weights.of(prefix + down + ".weight"), gated);
    }

    private double[] project(double[] x, Attention attention, String prefix, String name) {
        String projection = prefix + "self_attn." + name + "_proj";
        double[] product = PlainVector.multiply(weights.of(projection + ".weight"), x);
        boolean biased = switch (attention.bias()) {
            case NONE -> false;
            case QUERY_KEY_VALUE -> !name.equals("o");
            case ALL -> true;
        };
        return biased ? PlainVector.sum(product, weights.of(projection + ".bias")) : product;
    }

    private double[] headNorm(double[] x, Attention attention, String prefix, String name) {
        // The length of the weight, one head's or the projection's, says over how much the norm runs.
        return attention.qkNorm().isEmpty() ? x : norm(x, prefix + "self_attn." + name + "_norm");
    }

    private double[] norm(double[] x, String name) {
        return PlainVector.norm(
                x, weights.of(name + ".weight"), config.head().norm().epsilon());
    }

    private static double[] clip(double[] x, Attention attention) {
        if (attention.clip().isEmpty()) {
            return x;
        }
        double limit = attention.clip().get();
        return Arrays.stream(x)
                .map(value -> Math.max(-limit, Math.min(limit, value)))
                .toArray();
    }

    private static double[] scaled(double[] x, double factor) {
        return Arrays.stream(x).map(value -> value * factor).toArray();
    }
}
