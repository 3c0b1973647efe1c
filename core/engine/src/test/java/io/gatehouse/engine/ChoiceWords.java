package io.gatehouse.engine;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ExpertAttention;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.KimiDelta;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.QueryScale;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The choices of models in words, by the part of a layer that they are of: what the graph has a formula for. */
final class ChoiceWords {
    private static final String MIXERS = "attention";
    private static final String POSITIONS = "positions";
    private static final String ROUTER = "router";
    private static final String EXPERTS = "experts";
    private static final String RESIDUAL = "norms and residual";
    private static final String ENDS = "embedding and head";

    private static final Map<OutputGate, String> GATES = Map.of(
            OutputGate.NONE, "",
            OutputGate.SIGMOID, "a sigmoid gate for each element",
            OutputGate.SIGMOID_OF_QUERY, "a sigmoid gate from the query projection",
            OutputGate.SIGMOID_BIASED_BY_HEAD, "a sigmoid gate for each element, with a bias for each head",
            OutputGate.SIGMOID_HEAD, "a sigmoid gate for each head",
            OutputGate.SOFTPLUS, "a softplus gate for each element",
            OutputGate.SOFTPLUS_HEAD, "a softplus gate for each head");

    private static final Map<Norm.Kind, String> NORMS = Map.of(
            Norm.Kind.RMS, "RMS norm",
            Norm.Kind.RMS_ONE_PLUS, "RMS norm with 1 + weight",
            Norm.Kind.RMS_OF_SCALED, "RMS norm of the weighed vector",
            Norm.Kind.RMS_WITHOUT_WEIGHT, "RMS norm without weight",
            Norm.Kind.LAYER, "LayerNorm",
            Norm.Kind.LAYER_WITH_BIAS, "LayerNorm with bias");

    private static final Map<Residual.Norms, String> PLACES = Map.of(
            Residual.Norms.BEFORE, "before each block",
            Residual.Norms.AFTER, "after each block",
            Residual.Norms.BOTH, "before and after each block");

    private final Map<String, Set<String>> words = new LinkedHashMap<>();

    /** Adds what a model has. */
    void add(ModelConfig model) {
        for (Layer layer : model.layers()) {
            mixer(layer.mixer(), model);
            feedForward(layer.feedForward());
            layer.shortcut().ifPresent(shortcut -> {
                mixer(shortcut.mixer(), model);
                say(RESIDUAL, "two halves with the mixture beside the second");
            });
            residual(layer.residual());
        }
        if (distinctHeads(model) > 1) {
            say(MIXERS, "other numbers of heads in some layers");
        }
        if (model.ropes().size() > 1) {
            say(POSITIONS, "another rotation in some layers");
        }
        model.embeddingNorm().ifPresent(norm -> say(ENDS, "a norm of the embeddings"));
        ends(model.embeddingFactor(), model.head());
    }

    /** The words of each part, in the order in which the layers have them first. */
    Map<String, Set<String>> parts() {
        return words;
    }

    /** All words, each after the part that it is of. */
    Set<String> all() {
        Set<String> all = new LinkedHashSet<>();
        words.forEach((part, of) -> of.forEach(word -> all.add(part + ": " + word)));
        return all;
    }

    private static long distinctHeads(ModelConfig model) {
        return model.layers().stream()
                .map(Layer::mixer)
                .filter(Attention.class::isInstance)
                .map(Attention.class::cast)
                .map(attention -> List.of(attention.heads(), attention.keyValueHeads(), attention.headDim()))
                .distinct()
                .count();
    }

    private void mixer(Mixer mixer, ModelConfig model) {
        if (mixer instanceof Attention attention) {
            say(MIXERS, "grouped-query attention");
            attention(attention);
        } else if (mixer instanceof LatentAttention latent) {
            say(MIXERS, "latent attention");
            latent(latent);
        } else if (mixer instanceof ExpertAttention experts) {
            say(MIXERS, "grouped-query attention whose query and output projections are experts");
            attention(experts.attention());
        } else if (mixer instanceof KimiDelta delta) {
            say(
                    MIXERS,
                    delta.lowerBound().isPresent()
                            ? "Kimi delta attention with bounded decay"
                            : "Kimi delta attention");
        } else {
            say(MIXERS, plain(mixer));
        }
        boolean rotated =
                mixer instanceof Attention || mixer instanceof LatentAttention || mixer instanceof ExpertAttention;
        if (rotated && mixer.rope().isEmpty()) {
            say(POSITIONS, model.ropes().isEmpty() ? "none" : "none in some layers");
        }
    }

    /** The name of a mixer that has one form only, such as "gated delta" or "mamba 2". */
    private static String plain(Mixer mixer) {
        return mixer instanceof Mixer.Absent
                ? "none in some layers"
                : mixer.getClass()
                        .getSimpleName()
                        .replaceAll("(?<=[a-z])(?=[A-Z0-9])", " ")
                        .toLowerCase(Locale.ROOT);
    }

    private void attention(Attention attention) {
        if (attention.valueDim() != attention.headDim()) {
            say(MIXERS, "values of another size");
        }
        bias(attention.bias());
        attention.clip().ifPresent(limit -> say(MIXERS, "queries, keys and values clipped"));
        attention.qkNorm().ifPresent(this::qkNorm);
        attention.valueNorm().ifPresent(norm -> say(MIXERS, "a norm of values"));
        mask(attention.mask());
        if (Math.abs(attention.scale() * Math.sqrt(attention.headDim()) - 1) > 1e-4) {
            say(MIXERS, "a scale of its own");
        }
        if (attention.valueScale() != 1) {
            say(MIXERS, "values scaled");
        }
        attention.queryScale().ifPresent(this::growth);
        if (attention.sinks()) {
            say(MIXERS, "sinks");
        }
        if (attention.keysAreValues()) {
            say(MIXERS, "keys that are values");
        }
        say(MIXERS, GATES.getOrDefault(attention.gate(), ""));
        attention.outputNorm().ifPresent(norm -> say(MIXERS, "a norm of the output of each head"));
        attention.indexer().ifPresent(indexer -> say(MIXERS, "a sparse indexer of blocks"));
        attention.rope().ifPresent(rope -> rope(rope, rope.dims() < attention.headDim()));
    }

    private void growth(QueryScale growth) {
        if (growth instanceof QueryScale.Steps) {
            say(MIXERS, "queries grow with their position");
        } else if (growth instanceof QueryScale.Power) {
            say(MIXERS, "queries grow with a power of their position");
        } else {
            say(MIXERS, "queries grow with the logarithm of their position, by learned factors");
        }
    }

    private void bias(AttentionBias bias) {
        switch (bias) {
            case NONE -> {}
            case QUERY_KEY_VALUE -> say(MIXERS, "biases of queries, keys and values");
            case ALL -> say(MIXERS, "biases of all projections");
        }
    }

    private void qkNorm(QkNorm norm) {
        String of = norm.span() == QkNorm.Span.HEAD ? "each head" : "the projection";
        say(
                MIXERS,
                "norms of queries and keys over %s%s%s"
                        .formatted(
                                of,
                                norm.norm().kind().hasWeight() ? "" : ", without weight",
                                norm.afterRotation() ? ", after the rotation" : ""));
    }

    private void mask(Mask mask) {
        if (mask instanceof Mask.Window) {
            say(MIXERS, "windows");
        } else if (mask instanceof Mask.Chunk) {
            say(MIXERS, "chunks");
        }
    }

    private void latent(LatentAttention latent) {
        if (latent.queryRank().isPresent()) {
            say(MIXERS, "a latent vector of queries");
        }
        if (latent.biased()) {
            say(MIXERS, "biases of latent vectors");
        }
        latent.queryScale().ifPresent(this::growth);
        say(MIXERS, GATES.getOrDefault(latent.gate(), ""));
        mask(latent.mask());
        if (latent.sinks()) {
            say(MIXERS, "sinks");
        }
        if (latent.latents().rescaled()) {
            say(MIXERS, "latent vectors scaled");
        }
        if (latent.latents().keyNorm()) {
            say(MIXERS, "a norm of the rotated key");
        }
        if (latent.latents().source() == LatentAttention.Source.SHARED) {
            say(MIXERS, "the latent vectors of an earlier layer");
        }
        latent.indexer().ifPresent(this::indexer);
        latent.rope().ifPresent(rope -> rope(rope, false));
    }

    private void indexer(LatentAttention.Indexer indexer) {
        if (indexer.shared()) {
            say(MIXERS, "the indexer of an earlier layer");
            return;
        }
        say(MIXERS, indexer.pool() > 1 ? "a sparse indexer of pools" : "a sparse indexer");
        if (indexer.ofInput()) {
            say(MIXERS, "an indexer that reads the input of the layer");
        }
        if (indexer.rotatesLast()) {
            say(MIXERS, "an indexer that rotates the last entries");
        }
    }

    private void rope(Rope rope, boolean partial) {
        say(POSITIONS, rope.layout() == Rope.Layout.HALVES ? "rotary, in halves" : "rotary, in adjacent pairs");
        if (partial) {
            say(POSITIONS, "part of a head");
        }
        if (rope.learned()) {
            say(POSITIONS, "angles with learned factors");
        }
        if (!rope.scaling().type().equals("default")) {
            say(POSITIONS, rope.scaling().type());
        }
    }

    private void feedForward(FeedForward block) {
        if (block instanceof FeedForward.Sparse mixture) {
            router(mixture.router());
            mlp(mixture.expert());
            mixture.shared().ifPresent(this::shared);
            if (mixture.beside().isPresent()) {
                say(EXPERTS, "a dense block beside the mixture");
            }
            mixture.latent().ifPresent(latent -> {
                say(EXPERTS, "of another width than the residual stream");
                latent.norm().ifPresent(norm -> say(EXPERTS, "a norm of what the experts of another width read"));
            });
            if (mixture.identities() > 0) {
                say(EXPERTS, "some return what they read");
            }
            mixture.outputNorm().ifPresent(norm -> {
                say(EXPERTS, "a norm of the output of each expert");
                norm(norm);
            });
            if (mixture.outputBias()) {
                say(EXPERTS, "a bias of the summed output");
            }
        } else if (block instanceof FeedForward.Dense) {
            say(EXPERTS, "some layers dense");
        } else {
            say(EXPERTS, "some layers without");
        }
    }

    private void mlp(Mlp mlp) {
        Activation activation = mlp.activation();
        say(
                EXPERTS,
                activation instanceof Activation.SwiGlu
                        ? "SwiGLU"
                        : activation
                                .getClass()
                                .getSimpleName()
                                .replace("SwiGlu", "SwiGLU")
                                .replace("GeluGlu", "GELU-gated")
                                .replace("SwiGLUOfClamped", "SwiGLU of clamped")
                                .replace("SwiGLUThenClamped", "SwiGLU, then clamped")
                                .replace("ClampedSwiGLU", "clamped SwiGLU")
                                .replace("SquaredRelu", "squared ReLU"));
        if (mlp.biased()) {
            say(EXPERTS, "biases");
        }
    }

    private void shared(SharedExpert shared) {
        say(EXPERTS, shared.gated() ? "a shared expert with a gate" : "a shared expert");
        if (shared.factor() != 1) {
            say(EXPERTS, "the average with the shared expert");
        }
    }

    private void router(Router router) {
        if (!(router instanceof Router.Scored scored)) {
            say(ROUTER, router.getClass().getSimpleName().toLowerCase(Locale.ROOT));
            return;
        }
        say(ROUTER, choice(scored));
        flag(scored.logits().scale() != 1, "logits scaled");
        flag(scored.logits().biased(), "a bias of the logits");
        flag(scored.logits().softCap().isPresent(), "a soft-cap of the logits");
        flag(scored.selection().biased(), "a bias of the selection");
        scored.selection().groups().ifPresent(this::groups);
        say(ROUTER, normalisation(scored));
        flag(scored.weights().scale() != 1, "weights scaled");
        flag(scored.weights().outputScale() != 1, "the output scaled");
        flag(scored.weights().expertScale(), "a factor of each expert");
        flag(scored.weights().onInput(), "weights multiply the input");
        flag(scored.logits().input() == Router.Input.RESIDUAL, "reads the residual stream");
    }

    private static String choice(Router.Scored router) {
        return switch (router.weights().weight()) {
            case SOFTMAX_OF_CHOSEN -> "top-k of logits, softmax over the chosen";
            case SIGMOID -> "top-k of logits, weighed by sigmoids";
            case SCORE ->
                switch (router.selection().score()) {
                    case SOFTMAX -> "softmax, then top-k";
                    case SIGMOID -> "sigmoid, then top-k";
                    case LOGIT -> "top-k of logits, weighed by logits";
                };
        };
    }

    private void groups(Router.Groups groups) {
        say(
                ROUTER,
                groups.by() == Router.GroupScore.MAX
                        ? "groups by their best expert"
                        : "groups by the sum of their best two");
        flag(groups.excluded() == 0 && groups.by() == Router.GroupScore.TOP_TWO_SUM, "score 0 in other groups");
    }

    private static String normalisation(Router.Scored router) {
        Router.Normalisation normalisation = router.weights().normalisation();
        if (router.weights().weight() == Router.Weight.SOFTMAX_OF_CHOSEN) {
            return "";
        }
        if (normalisation instanceof Router.Normalisation.Sum) {
            return "weights divided by their sum";
        }
        if (normalisation instanceof Router.Normalisation.AtLeast) {
            return "weights divided by their sum, or a least number";
        }
        return normalisation instanceof Router.Normalisation.PNorm
                ? "weights divided by their norm"
                : "weights not divided by their sum";
    }

    private void residual(Residual residual) {
        norm(residual.norm());
        norm(residual.feedForwardNorm());
        if (residual.parallel()) {
            say(RESIDUAL, "attention and experts in parallel");
        } else {
            say(RESIDUAL, PLACES.getOrDefault(residual.mixer().norms(), ""));
            say(RESIDUAL, PLACES.getOrDefault(residual.feedForward().norms(), ""));
        }
        for (Residual.Branch branch : List.of(residual.mixer(), residual.feedForward())) {
            if (branch.ofNormed()) {
                say(RESIDUAL, "the normed input is kept");
            }
            branch.outputNorm().ifPresent(this::norm);
            if (branch.shares() instanceof Residual.Shares.ByLayer) {
                say(RESIDUAL, "shares of the stream and of the block that depend on the depth");
            } else if (branch.shares() instanceof Residual.Shares.Learned) {
                say(RESIDUAL, "learned shares of the stream and of the block");
            } else if (branch.added() != 1 || branch.kept() != 1) {
                say(RESIDUAL, "branches scaled");
            }
        }
        if (residual.scaled()) {
            say(RESIDUAL, "a stored factor of the layer");
        }
        residual.streams()
                .ifPresent(streams -> say(
                        RESIDUAL, streams.mixingSteps() > 0 ? "several streams that are mixed" : "several streams"));
    }

    private void norm(Norm norm) {
        say(RESIDUAL, NORMS.getOrDefault(norm.kind(), ""));
        if (norm.gateRank() > 0) {
            say(RESIDUAL, "gates of norms");
        }
    }

    private void ends(float embeddingFactor, Head head) {
        if (embeddingFactor != 1) {
            say(ENDS, "embeddings scaled");
        }
        if (head.factor() != 1) {
            say(ENDS, "logits scaled");
        }
        if (head.biased()) {
            say(ENDS, "a bias of the head");
        }
        Optional<Float> cap = head.softCap();
        cap.ifPresent(limit -> say(ENDS, "a soft-cap of the logits"));
    }

    private void flag(boolean present, String word) {
        if (present) {
            say(ROUTER, word);
        }
    }

    private void say(String part, String word) {
        if (!word.isEmpty()) {
            words.computeIfAbsent(part, absent -> new LinkedHashSet<>()).add(word);
        }
    }
}
