package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.DecoderTensors.Tensor;
import io.gatehouse.checkpoint.config.ExpertAttention;
import io.gatehouse.checkpoint.config.GatedDelta;
import io.gatehouse.checkpoint.config.KimiDelta;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Lightning;
import io.gatehouse.checkpoint.config.Mamba;
import io.gatehouse.checkpoint.config.Mamba2;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QueryScale;
import io.gatehouse.checkpoint.config.ShortConvolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The weights of latent attention, of attention with experts and of recurrences. A convolution is a matrix [channels, kernel], whatever axes of size 1
 * files have between the two.
 */
final class MixerTensors {
    private final long hidden;
    private final List<Tensor> tensors = new ArrayList<>();

    private MixerTensors(long hidden) {
        this.hidden = hidden;
    }

    /** The weights of a mixer, with names within its layer; none for an attention, or for a layer without a mixer. */
    static List<Tensor> of(Mixer mixer, long hidden) {
        MixerTensors all = new MixerTensors(hidden);
        if (mixer instanceof LatentAttention attention) {
            all.latentAttention(attention);
        } else if (mixer instanceof ExpertAttention attention) {
            all.expertAttention(attention);
        } else if (mixer instanceof GatedDelta delta) {
            all.gatedDelta(delta);
        } else if (mixer instanceof KimiDelta delta) {
            all.kimiDelta(delta);
        } else if (mixer instanceof Lightning lightning) {
            all.lightning(lightning.width());
        } else if (mixer instanceof Mamba mamba) {
            all.mamba(mamba);
        } else if (mixer instanceof Mamba2 mamba) {
            all.mamba2(mamba);
        } else if (mixer instanceof ShortConvolution convolution) {
            all.shortConvolution(convolution);
        }
        return List.copyOf(all.tensors);
    }

    private void latentAttention(LatentAttention attention) {
        String block = "self_attn.";
        long queries = (long) attention.heads() * attention.headDim();
        if (attention.queryRank().isPresent()) {
            long rank = attention.queryRank().getAsInt();
            projection(block + "q_a_proj", attention.biased(), rank, hidden);
            vector(block + "q_a_layernorm.weight", rank);
            if (attention.gate() == OutputGate.SIGMOID_OF_QUERY) {
                long gates = (long) attention.heads() * attention.valueDim();
                projection(block + "q_b_proj", false, queries + gates, 2 * rank);
            } else {
                projection(block + "q_b_proj", false, queries, rank);
            }
        } else {
            projection(block + "q_proj", false, queries, hidden);
        }
        growth(block, attention.queryScale(), attention.heads());
        if (attention.latents().source() != LatentAttention.Source.SHARED) {
            projection(
                    block + "kv_a_proj_with_mqa",
                    attention.biased(),
                    (long) attention.latentRank() + attention.rotaryDim(),
                    hidden);
            vector(block + "kv_a_layernorm.weight", attention.latentRank());
            if (attention.latents().keyNorm()) {
                vector(block + "k_rope_layernorm.weight", attention.rotaryDim());
            }
        }
        long expanded = (long) attention.heads() * (attention.plainDim() + attention.valueDim());
        projection(block + "kv_b_proj", false, expanded, attention.latentRank());
        projection(block + "o_proj", attention.biased(), hidden, (long) attention.heads() * attention.valueDim());
        if (attention.gate() == OutputGate.SIGMOID_HEAD) {
            projection(block + "output_gate", false, attention.heads(), hidden);
        }
        if (attention.gate() == OutputGate.SIGMOID) {
            projection(block + "output_gate", false, (long) attention.heads() * attention.valueDim(), hidden);
        }
        if (attention.sinks()) {
            vector(block + "sinks", attention.heads());
        }
        attention
                .indexer()
                .filter(indexer -> !indexer.shared())
                .ifPresent(indexer -> indexer(block + "indexer.", attention, indexer));
    }

    private void indexer(String block, LatentAttention attention, LatentAttention.Indexer indexer) {
        long dim = indexer.headDim();
        if (indexer.ofInput()) {
            vector(block + "q_input_norm.weight", hidden);
            vector(block + "q_input_norm.bias", hidden);
            projection(block + "wq_b", false, indexer.heads() * dim, hidden);
        } else {
            projection(
                    block + "wq_b",
                    false,
                    indexer.heads() * dim,
                    attention.queryRank().orElseThrow());
        }
        growth(block, indexer.queryScale(), indexer.heads());
        projection(block + "wk", false, dim, hidden);
        vector(block + "k_norm.weight", dim);
        vector(block + "k_norm.bias", dim);
        projection(block + "weights_proj", false, indexer.heads(), hidden);
        if (indexer.pool() > 1) {
            projection(block + "pool_gate", false, dim, hidden);
            matrix(block + "pool_positions", indexer.pool(), dim);
        }
    }

    private void growth(String block, Optional<QueryScale> growth, long heads) {
        if (growth.filter(QueryScale.LearnedLogarithm.class::isInstance).isPresent()) {
            vector(block + "query_scale.scale", heads);
            vector(block + "query_scale.bias", heads);
        }
    }

    private void expertAttention(ExpertAttention mixer) {
        String block = "self_attn.";
        long width = mixer.queryWidth();
        projection(block + "gate", false, mixer.experts(), hidden);
        for (int expert = 0; expert < mixer.experts(); expert++) {
            projection(block + "experts.%d.q_proj".formatted(expert), false, width, hidden);
            projection(block + "experts.%d.o_proj".formatted(expert), false, hidden, width);
        }
        projection(block + "k_proj", false, width, hidden);
        projection(block + "v_proj", false, width, hidden);
        vector(block + "output_bias", hidden);
    }

    private void gatedDelta(GatedDelta delta) {
        String block = "linear_attn.";
        long channels = 2L * delta.keyWidth() + delta.valueWidth();
        switch (delta.projections()) {
            case SEPARATE -> {
                projection(block + "in_proj_qkv", false, channels, hidden);
                projection(block + "in_proj_z", false, delta.valueWidth(), hidden);
                projection(block + "in_proj_b", false, delta.valueHeads(), hidden);
                projection(block + "in_proj_a", false, delta.valueHeads(), hidden);
            }
            case BY_KEY_HEAD -> {
                projection(block + "in_proj_qkvz", false, channels + delta.valueWidth(), hidden);
                projection(block + "in_proj_ba", false, 2L * delta.valueHeads(), hidden);
            }
        }
        matrix(block + "conv1d.weight", channels, delta.kernel());
        vector(block + "A_log", delta.valueHeads());
        vector(block + "dt_bias", delta.valueHeads());
        vector(block + "norm.weight", delta.valueDim());
        projection(block + "out_proj", false, hidden, delta.valueWidth());
    }

    private void kimiDelta(KimiDelta delta) {
        String block = "self_attn.";
        long width = delta.width();
        for (String name : List.of("q", "k", "v")) {
            projection(block + name + "_proj", false, width, hidden);
            matrix(block + name + "_conv1d.weight", width, delta.kernel());
        }
        for (String name : List.of("f", "g")) {
            if (delta.lowRank()) {
                projection(block + name + "_a_proj", false, delta.headDim(), hidden);
                projection(block + name + "_b_proj", false, width, delta.headDim());
            } else {
                projection(block + name + "_proj", false, width, hidden);
            }
        }
        projection(block + "b_proj", false, delta.heads(), hidden);
        vector(block + "A_log", delta.heads());
        vector(block + "dt_bias", width);
        vector(block + "o_norm.weight", delta.headDim());
        projection(block + "o_proj", false, hidden, width);
    }

    private void lightning(long width) {
        String block = "self_attn.";
        projection(block + "qkv_proj", false, 3 * width, hidden);
        vector(block + "norm.weight", width);
        projection(block + "output_gate", false, width, hidden);
        projection(block + "out_proj", false, hidden, width);
    }

    private void mamba(Mamba mamba) {
        String block = "mamba.";
        long channels = mamba.channels();
        projection(block + "in_proj", mamba.biased(), 2 * channels, hidden);
        convolution(block + "conv1d", mamba.convolutionBias(), channels, mamba.kernel());
        projection(block + "x_proj", false, mamba.rank() + 2L * mamba.states(), channels);
        vector(block + "dt_layernorm.weight", mamba.rank());
        vector(block + "b_layernorm.weight", mamba.states());
        vector(block + "c_layernorm.weight", mamba.states());
        projection(block + "dt_proj", true, channels, mamba.rank());
        matrix(block + "A_log", channels, mamba.states());
        vector(block + "D", channels);
        projection(block + "out_proj", mamba.biased(), hidden, channels);
    }

    private void mamba2(Mamba2 mamba) {
        String block = "mamba.";
        long channels = mamba.convolutionWidth();
        projection(block + "in_proj", mamba.biased(), mamba.width() + channels + mamba.heads(), hidden);
        convolution(block + "conv1d", mamba.convolutionBias(), channels, mamba.kernel());
        vector(block + "dt_bias", mamba.heads());
        vector(block + "A_log", mamba.heads());
        vector(block + "D", mamba.heads());
        vector(block + "norm.weight", mamba.width());
        projection(block + "out_proj", mamba.biased(), hidden, mamba.width());
    }

    private void shortConvolution(ShortConvolution convolution) {
        projection("conv.in_proj", convolution.biased(), 3 * hidden, hidden);
        convolution("conv.conv", convolution.biased(), hidden, convolution.kernel());
        projection("conv.out_proj", convolution.biased(), hidden, hidden);
    }

    private void convolution(String name, boolean bias, long channels, long kernel) {
        projection(name, bias, channels, kernel);
    }

    private void projection(String name, boolean bias, long rows, long columns) {
        matrix(name + ".weight", rows, columns);
        if (bias) {
            vector(name + ".bias", rows);
        }
    }

    private void matrix(String name, long rows, long columns) {
        tensors.add(new Tensor(name, List.of(rows, columns)));
    }

    private void vector(String name, long size) {
        tensors.add(new Tensor(name, List.of(size)));
    }
}
