package io.gatehouse.checkpoint;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
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
import java.util.ArrayList;
import java.util.List;

/**
 * The weights that a config implies: embeddings, layer after layer, final norm and head. The names are those of
 * {@link io.gatehouse.checkpoint.family.keys.TensorNames}.
 */
public final class DecoderTensors {
    /** The numbers of which a learned rotary embedding has one for each pair. */
    public static final String ROPE_EXPONENTS = "model.rope_exponents";

    static final String HEAD = "lm_head.weight";

    /** A weight. */
    public record Tensor(String name, List<Long> shape) {
        public Tensor {
            requireNonNull(name, "name is null");
            shape = List.copyOf(shape);
        }

        /** Number of elements. */
        public long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private final ModelConfig config;
    private final List<Tensor> tensors = new ArrayList<>();

    private DecoderTensors(ModelConfig config) {
        this.config = config;
    }

    /** Returns the weights of a model, each once. */
    public static List<Tensor> of(ModelConfig config) {
        DecoderTensors tensors = new DecoderTensors(config);
        tensors.addAll();
        return List.copyOf(tensors.tensors);
    }

    private void addAll() {
        add("model.embed_tokens.weight", config.vocabSize(), config.hiddenSize());
        for (int layer = 0; layer < config.layers().size(); layer++) {
            layer("model.layers." + layer + ".", config.layers().get(layer));
        }
        norm("model.norm", config.head().norm(), config.hiddenSize());
        config.streams()
                .filter(streams -> !streams.averaged())
                .ifPresent(streams -> connection("model.streams", streams, streams.count(), 1));
        config.ropes().stream()
                .filter(Rope::learned)
                .findFirst()
                .ifPresent(rope -> add(ROPE_EXPONENTS, rope.dims() / 2));
        if (!config.tieWordEmbeddings()) {
            add(HEAD, config.vocabSize(), config.hiddenSize());
        }
        if (config.head().biased()) {
            add("lm_head.bias", config.vocabSize());
        }
    }

    private void layer(String prefix, Layer layer) {
        Residual residual = layer.residual();
        boolean mixes = !(layer.mixer() instanceof Mixer.Absent);
        boolean feeds = !(layer.feedForward() instanceof FeedForward.Absent);
        if (residual.mixer().norms().isBefore() && (mixes || residual.parallel())) {
            norm(prefix + "input_layernorm", residual.norm(), config.hiddenSize());
        }
        mixer(prefix, layer.mixer());
        if (mixes && residual.mixer().norms().isAfter()) {
            norm(prefix + "mixer_output_norm", residual.mixerOutputNorm(), config.hiddenSize());
        }
        if (feeds && !residual.parallel() && residual.feedForward().norms().isBefore()) {
            norm(prefix + "post_attention_layernorm", residual.feedForwardNorm(), config.hiddenSize());
        }
        feedForward(prefix + "mlp", layer);
        if (feeds && residual.feedForward().norms().isAfter()) {
            norm(prefix + "mlp_output_norm", residual.feedForwardOutputNorm(), config.hiddenSize());
        }
        residual.streams().ifPresent(streams -> {
            connection(prefix + "mixer_streams", streams, streams.rows(), streams.scales());
            connection(prefix + "mlp_streams", streams, streams.rows(), streams.scales());
        });
        shares(prefix + "mixer_share", residual.mixer());
        shares(prefix + "mlp_share", residual.feedForward());
        if (residual.scaled()) {
            add(prefix + "layer_scalar", 1);
        }
        layer.shortcut().ifPresent(shortcut -> {
            mlp(prefix + "first_mlp", shortcut.first(), config.hiddenSize());
            norm(prefix + "second.input_layernorm", residual.norm(), config.hiddenSize());
            mixer(prefix + "second.", shortcut.mixer());
            norm(prefix + "second.post_attention_layernorm", residual.feedForwardNorm(), config.hiddenSize());
            mlp(prefix + "second.mlp", shortcut.second(), config.hiddenSize());
        });
    }

    private void mixer(String prefix, Mixer mixer) {
        if (mixer instanceof Attention attention) {
            attention(prefix + "self_attn.", attention);
        }
        MixerTensors.of(mixer, config.hiddenSize())
                .forEach(tensor -> tensors.add(new Tensor(prefix + tensor.name(), tensor.shape())));
    }

    private void connection(String name, Residual.Streams streams, long rows, long scales) {
        add(name + ".fn", rows, streams.count() * (long) config.hiddenSize());
        add(name + ".base", rows);
        add(name + ".scale", scales);
    }

    private void shares(String name, Residual.Branch branch) {
        if (branch.shares() instanceof Residual.Shares.Learned) {
            add(name, config.hiddenSize());
        }
    }

    private void attention(String prefix, Attention attention) {
        long hidden = config.hiddenSize();
        long queries = (long) attention.heads() * attention.headDim();
        long keys = (long) attention.keyValueHeads() * attention.headDim();
        long outputs = (long) attention.heads() * attention.valueDim();
        boolean inputBias = attention.bias() != AttentionBias.NONE;
        boolean gateOfQuery = attention.gate() == OutputGate.SIGMOID_OF_QUERY;
        projection(prefix + "q_proj", inputBias, gateOfQuery ? 2 * queries : queries, hidden);
        projection(prefix + "k_proj", inputBias, keys, hidden);
        if (!attention.keysAreValues()) {
            projection(prefix + "v_proj", inputBias, (long) attention.keyValueHeads() * attention.valueDim(), hidden);
        }
        projection(prefix + "o_proj", attention.bias() == AttentionBias.ALL, hidden, outputs);
        attention.qkNorm().ifPresent(norm -> {
            boolean perHead = norm.span() == QkNorm.Span.HEAD;
            norm(prefix + "q_norm", norm.norm(), perHead ? attention.headDim() : queries);
            norm(prefix + "k_norm", norm.norm(), perHead ? attention.headDim() : keys);
        });
        if (attention.sinks()) {
            add(prefix + "sinks", attention.heads());
        }
        if (attention.gate() != OutputGate.NONE && !gateOfQuery) {
            add(prefix + "output_gate.weight", attention.gate().isPerHead() ? attention.heads() : outputs, hidden);
        }
        if (attention.gate() == OutputGate.SIGMOID_BIASED_BY_HEAD) {
            add(prefix + "output_gate.bias", attention.heads());
        }
        attention
                .queryScale()
                .filter(QueryScale.LearnedLogarithm.class::isInstance)
                .ifPresent(growth -> {
                    add(prefix + "query_scale.scale", attention.heads());
                    add(prefix + "query_scale.bias", attention.heads());
                });
        attention.indexer().ifPresent(indexer -> {
            add(prefix + "indexer.q_proj.weight", (long) attention.keyValueHeads() * indexer.dim(), hidden);
            add(prefix + "indexer.k_proj.weight", indexer.dim(), hidden);
            norm(prefix + "indexer.q_norm", indexer.norm(), indexer.dim());
            norm(prefix + "indexer.k_norm", indexer.norm(), indexer.dim());
        });
    }

    private void feedForward(String block, Layer layer) {
        if (layer.feedForward() instanceof FeedForward.Dense dense) {
            mlp(block, dense.mlp(), config.hiddenSize());
        } else if (layer.feedForward() instanceof FeedForward.Sparse mixture) {
            router(block + ".gate", mixture);
            mixture(block, mixture, layer.residual().feedForwardNorm());
        }
    }

    private void router(String gate, FeedForward.Sparse mixture) {
        add(gate + ".weight", mixture.experts(), config.hiddenSize());
        if (!(mixture.router() instanceof Router.Scored router)) {
            return;
        }
        if (router.logits().biased()) {
            add(gate + ".bias", mixture.experts());
        }
        if (router.selection().biased()) {
            add(gate + ".e_score_correction_bias", mixture.experts());
        }
        if (router.weights().expertScale()) {
            add(gate + ".per_expert_scale", mixture.experts());
        }
        if (router.logits().input() == Router.Input.RESIDUAL) {
            add(gate + ".scale", config.hiddenSize());
        }
    }

    private void mixture(String block, FeedForward.Sparse mixture, Norm norm) {
        long hidden = config.hiddenSize();
        long width = mixture.width(config.hiddenSize());
        for (int expert = 0; expert < mixture.networks(); expert++) {
            mlp(block + ".experts." + expert, mixture.expert(), width);
        }
        mixture.latent().ifPresent(latent -> {
            add(block + ".latent_input.weight", width, hidden);
            latent.norm().ifPresent(input -> norm(block + ".latent_norm", input, width));
            add(block + ".latent_output.weight", hidden, width);
        });
        mixture.outputNorm().ifPresent(output -> norm(block + ".expert_output_norm", output, width));
        if (mixture.outputBias()) {
            add(block + ".output_bias", width);
        }
        mixture.shared().ifPresent(shared -> {
            mlp(block + ".shared_expert", shared.mlp(), hidden);
            if (shared.gated()) {
                add(block + ".shared_expert_gate.weight", 1, hidden);
            }
        });
        mixture.beside().ifPresent(dense -> {
            mlp(block, dense, hidden);
            for (String name : List.of("experts_input_norm", "experts_output_norm", "dense_output_norm")) {
                norm(block + "." + name, norm, hidden);
            }
        });
    }

    private void mlp(String prefix, Mlp mlp, long width) {
        if (mlp.activation().isGated()) {
            projection(prefix + ".gate_proj", mlp.biased(), mlp.size(), width);
        }
        projection(prefix + ".up_proj", mlp.biased(), mlp.size(), width);
        projection(prefix + ".down_proj", mlp.biased(), width, mlp.size());
    }

    private void projection(String name, boolean bias, long rows, long columns) {
        add(name + ".weight", rows, columns);
        if (bias) {
            add(name + ".bias", rows);
        }
    }

    private void norm(String name, Norm norm, long size) {
        if (norm.kind().hasWeight()) {
            add(name + ".weight", size);
        }
        if (norm.kind().hasBias()) {
            add(name + ".bias", size);
        }
        if (norm.gateRank() > 0) {
            add(name + ".gate_down.weight", norm.gateRank(), size);
            add(name + ".gate_up.weight", size, norm.gateRank());
        }
    }

    private void add(String name, long size) {
        tensors.add(new Tensor(name, List.of(size)));
    }

    private void add(String name, long rows, long columns) {
        tensors.add(new Tensor(name, List.of(rows, columns)));
    }
}
