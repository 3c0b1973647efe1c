package io.gatehouse.checkpoint.gguf;

import io.gatehouse.checkpoint.quantised.GgmlBlocks;
import io.gatehouse.checkpoint.quantised.GgmlType;
import io.gatehouse.checkpoint.quantised.LatentUpProjection;
import io.gatehouse.checkpoint.quantised.Packing;
import io.gatehouse.checkpoint.quantised.PairedExperts;
import io.gatehouse.checkpoint.quantised.PermutedHeads;
import io.gatehouse.checkpoint.quantised.Plain;
import io.gatehouse.checkpoint.quantised.StoredTensor;
import io.gatehouse.checkpoint.quantised.TensorIndex;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the tensors of a GGUF model under the names of Hugging Face's checkpoints, in their shapes and with their order
 * of rows. Experts are found one by one and, where Hugging Face stores them so, all in one tensor.
 */
public final class GgufTensors implements TensorIndex {
    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d{1,9})\\.(.+)");
    private static final Pattern EXPERT =
            Pattern.compile("(?:mlp|block_sparse_moe|feed_forward)\\.experts\\.(\\d{1,9})\\.(\\w+)\\.(weight|bias)");

    /** The projections of an expert under all names that Hugging Face has for them. */
    private static final Map<String, String> PROJECTIONS =
            Map.of("gate_proj", "gate", "w1", "gate", "up_proj", "up", "w3", "up", "down_proj", "down", "w2", "down");

    private final GgufModel model;
    private final GgufArchitecture architecture;
    private final Map<String, String> names;

    public GgufTensors(GgufModel model) {
        this.model = model;
        this.architecture = GgufArchitecture.of(model.metadata());
        this.names = names(architecture);
    }

    @Override
    public Optional<StoredTensor> find(String name) {
        Matcher layer = LAYER.matcher(name);
        if (!layer.matches()) {
            return outside(name).flatMap(stored -> whole(name, stored));
        }
        String block = "blk." + layer.group(1) + ".";
        String rest = layer.group(2);
        Matcher expert = EXPERT.matcher(rest);
        if (expert.matches()) {
            return Optional.ofNullable(PROJECTIONS.get(expert.group(2)))
                    .flatMap(projection ->
                            expert(name, block, projection, expert.group(3), Integer.parseInt(expert.group(1))));
        }
        return special(name, block, rest)
                .or(() -> Optional.ofNullable(names.get(rest)).flatMap(leaf -> whole(name, block + leaf)));
    }

    private Optional<String> outside(String name) {
        return switch (name) {
            case "model.embed_tokens.weight" -> Optional.of("token_embd.weight");
            case "model.norm.weight" -> Optional.of("output_norm.weight");
            case "model.embedding_norm.weight" -> Optional.of("token_embd_norm.weight");
            case "lm_head.weight" -> Optional.of("output.weight");
            default -> Optional.empty();
        };
    }

    /** GGUF's names by Hugging Face's, both without the layer. */
    private static Map<String, String> names(GgufArchitecture architecture) {
        Map<String, String> names = new HashMap<>();
        for (String part : List.of("q", "k", "v")) {
            for (String kind : List.of(".weight", ".bias")) {
                names.put("self_attn." + part + "_proj" + kind, "attn_" + part + kind);
            }
        }
        for (String output : List.of("o_proj", "out_proj")) {
            names.put("self_attn." + output + ".weight", "attn_output.weight");
            names.put("self_attn." + output + ".bias", "attn_output.bias");
        }
        names.put("self_attn.q_norm.weight", "attn_q_norm.weight");
        names.put("self_attn.k_norm.weight", "attn_k_norm.weight");
        names.put("input_layernorm.weight", "attn_norm.weight");
        names.put("post_attention_layernorm.weight", "ffn_norm.weight");
        for (String part : List.of("gate", "up", "down")) {
            names.put("mlp." + part + "_proj.weight", "ffn_" + part + ".weight");
            names.put("mlp.shared_expert." + part + "_proj.weight", "ffn_" + part + "_shexp.weight");
            names.put("mlp.shared_experts." + part + "_proj.weight", "ffn_" + part + "_shexp.weight");
        }
        names.put("mlp.shared_expert_gate.weight", "ffn_gate_inp_shexp.weight");
        names.put("mlp.gate.weight", "ffn_gate_inp.weight");
        names.put("block_sparse_moe.gate.weight", "ffn_gate_inp.weight");
        names.put("mlp.gate.e_score_correction_bias", "exp_probs_b.bias");
        addOwn(names, architecture);
        return Map.copyOf(names);
    }

    private static void addOwn(Map<String, String> names, GgufArchitecture architecture) {
        switch (architecture) {
            case QWEN2MOE, QWEN3MOE, OLMOE, LLAMA -> {}
            case GPT_OSS -> {
                names.put("post_attention_layernorm.weight", "post_attention_norm.weight");
                names.put("self_attn.sinks", "attn_sinks.weight");
                names.put("mlp.router.weight", "ffn_gate_inp.weight");
                names.put("mlp.router.bias", "ffn_gate_inp.bias");
                names.put("mlp.experts.down_proj_blocks", "ffn_down_exps.weight");
                names.put("mlp.experts.down_proj_bias", "ffn_down_exps.bias");
            }
            case DEEPSEEK2 -> {
                names.put("self_attn.q_a_proj.weight", "attn_q_a.weight");
                names.put("self_attn.q_a_layernorm.weight", "attn_q_a_norm.weight");
                names.put("self_attn.q_b_proj.weight", "attn_q_b.weight");
                names.put("self_attn.kv_a_proj_with_mqa.weight", "attn_kv_a_mqa.weight");
                names.put("self_attn.kv_a_layernorm.weight", "attn_kv_a_norm.weight");
                names.put("self_attn.kv_b_proj.weight", "attn_kv_b.weight");
            }
            case GRANITEMOE -> {
                names.put("block_sparse_moe.router.layer.weight", "ffn_gate_inp.weight");
                names.put("block_sparse_moe.output_linear.weight", "ffn_down_exps.weight");
                names.put("shared_mlp.output_linear.weight", "ffn_down_shexp.weight");
            }
            case GLM4MOE -> names.put("post_attention_layernorm.weight", "post_attention_norm.weight");
            case ERNIE4_5_MOE -> names.put("mlp.moe_statics.e_score_correction_bias", "exp_probs_b.bias");
            case LFM2MOE -> {
                names.put("operator_norm.weight", "attn_norm.weight");
                names.put("ffn_norm.weight", "ffn_norm.weight");
                names.put("self_attn.q_layernorm.weight", "attn_q_norm.weight");
                names.put("self_attn.k_layernorm.weight", "attn_k_norm.weight");
                names.put("conv.conv.weight", "shortconv.conv.weight");
                names.put("conv.in_proj.weight", "shortconv.in_proj.weight");
                names.put("conv.out_proj.weight", "shortconv.out_proj.weight");
                names.put("feed_forward.w1.weight", "ffn_gate.weight");
                names.put("feed_forward.w3.weight", "ffn_up.weight");
                names.put("feed_forward.w2.weight", "ffn_down.weight");
                names.put("feed_forward.gate.weight", "ffn_gate_inp.weight");
                names.put("feed_forward.expert_bias", "exp_probs_b.bias");
            }
            case GEMMA4 -> {
                names.put("post_attention_layernorm.weight", "post_attention_norm.weight");
                names.put("pre_feedforward_layernorm.weight", "ffn_norm.weight");
                names.put("post_feedforward_layernorm.weight", "post_ffw_norm.weight");
                names.put("pre_feedforward_layernorm_2.weight", "pre_ffw_norm_2.weight");
                names.put("post_feedforward_layernorm_1.weight", "post_ffw_norm_1.weight");
                names.put("post_feedforward_layernorm_2.weight", "post_ffw_norm_2.weight");
                names.put("layer_scalar", "layer_output_scale.weight");
                names.put("router.proj.weight", "ffn_gate_inp.weight");
                names.put("router.scale", "ffn_gate_inp.scale");
                names.put("router.per_expert_scale", "ffn_down_exps.scale");
                names.put("experts.down_proj", "ffn_down_exps.weight");
            }
        }
    }

    /** Tensors that are more than one of GGUF's, or one in another shape. */
    private Optional<StoredTensor> special(String name, String block, String rest) {
        return switch (rest) {
            case "self_attn.q_proj.weight", "self_attn.k_proj.weight" ->
                architecture.permutesHeads() ? permuted(name, block, rest.contains("q_proj")) : Optional.empty();
            case "self_attn.kv_b_proj.weight" -> latent(name, block);
            case "block_sparse_moe.input_linear.weight", "experts.gate_up_proj" ->
                paired(name, block, "exps.weight", false);
            case "shared_mlp.input_linear.weight" -> paired(name, block, "shexp.weight", false);
            case "mlp.experts.gate_up_proj_blocks" -> paired(name, block, "exps.weight", true);
            case "mlp.experts.gate_up_proj_bias" -> paired(name, block, "exps.bias", true);
            case "mlp.moe_statics.e_score_correction_bias" ->
                whole(name, block + "exp_probs_b.bias").map(bias -> bias.shaped(List.of(1L, bias.elements())));
            case "conv.conv.weight" ->
                whole(name, block + "shortconv.conv.weight")
                        .map(conv -> conv.shaped(List.of(conv.rows(), 1L, (long) conv.columns())));
            default -> Optional.empty();
        };
    }

    private Optional<StoredTensor> whole(String name, String stored) {
        return packing(stored).map(packing -> StoredTensor.of(name, shape(stored), packing));
    }

    private List<Long> shape(String stored) {
        return found(stored).map(tensor -> tensor.tensor().shape()).orElse(List.of());
    }

    private Optional<GgufModel.Stored> found(String stored) {
        return Optional.ofNullable(model.stored().get(stored));
    }

    private Optional<Packing> packing(String name) {
        return found(name).map(stored -> {
            GgmlType type = stored.tensor().type();
            List<Long> shape = stored.tensor().shape();
            long columns = shape.get(shape.size() - 1);
            if (columns > 1 << 24 && shape.size() > 1) {
                throw corrupt(stored, "has rows of %,d values".formatted(columns));
            }
            if (type.isDecoded()) {
                return new GgmlBlocks(stored.bytes(), type, Math.toIntExact(columns));
            }
            if (type != GgmlType.F32 && type != GgmlType.F16 && type != GgmlType.BF16) {
                throw new GatehouseException(
                        ErrorCode.UNSUPPORTED_MODEL,
                        ("Tensor %s of %s has the type %s; of GGUF files Gatehouse reads F32, F16, BF16, Q8_0, Q4_0, Q4_1,"
                                        + " Q5_0, Q5_1, Q2_K to Q6_K, IQ4_NL, IQ4_XS and MXFP4")
                                .formatted(JsonValue.shown(name), stored.bytes().file(), type));
            }
            return new Plain(stored.bytes());
        });
    }

    private static GatehouseException corrupt(GgufModel.Stored stored, String what) {
        return new GatehouseException(
                ErrorCode.CORRUPT_CHECKPOINT,
                "Tensor %s of %s %s"
                        .formatted(
                                JsonValue.shown(stored.tensor().name()),
                                stored.bytes().file(),
                                what));
    }

    private Optional<StoredTensor> expert(String name, String block, String projection, String kind, int expert) {
        String all = "%sffn_%s_exps.%s".formatted(block, projection, kind);
        Optional<GgufModel.Stored> together = found(block + "ffn_gate_up_exps." + kind);
        if (found(all).isEmpty() && together.isPresent() && !projection.equals("down")) {
            return halfOf(name, together.get(), projection.equals("up") ? 1 : 0, expert);
        }
        int rank = kind.equals("bias") ? 2 : 3;
        return found(all).filter(stored -> hasExpert(stored, rank, expert)).flatMap(stored -> {
            List<Long> shape = stored.tensor().shape();
            return packing(all).map(packing -> {
                List<Long> own = shape.subList(1, shape.size());
                // A bias of an expert is a vector, and so a column.
                return kind.equals("bias")
                        ? StoredTensor.of(flat(stored))
                                .part(expert * own.get(0), own)
                                .named(name)
                        : StoredTensor.of(name, shape, packing).part(expert * own.get(0), own);
            });
        });
    }

    private Optional<StoredTensor> halfOf(String name, GgufModel.Stored stored, int half, int expert) {
        if (!hasExpert(stored, 3, expert)) {
            return Optional.empty();
        }
        List<Long> shape = stored.tensor().shape();
        if (shape.get(1) % 2 != 0) {
            throw corrupt(stored, "has shape %s, whose rows cannot be split into two halves".formatted(shape));
        }
        long rows = shape.get(1) / 2;
        return packing(stored.tensor().name())
                .map(packing -> StoredTensor.of(name, shape, packing)
                        .part(expert * shape.get(1) + half * rows, List.of(rows, shape.get(2))));
    }

    /** Whether there is such an expert; the tensor must have as many as the metadata say. */
    private boolean hasExpert(GgufModel.Stored stored, int rank, int expert) {
        List<Long> shape = stored.tensor().shape();
        long told = model.metadata().field(architecture.id() + ".expert_count").integer(1, Integer.MAX_VALUE);
        if (shape.size() != rank || shape.get(0) != told) {
            throw corrupt(stored, "has shape %s; the metadata say that there are %,d experts".formatted(shape, told));
        }
        return expert < told;
    }

    /** A plain tensor as one vector. */
    private static TensorInfo flat(GgufModel.Stored stored) {
        TensorInfo bytes = stored.bytes();
        if (bytes.dtype() == DType.U8) {
            throw corrupt(
                    stored,
                    "has the type %s, which biases do not have"
                            .formatted(stored.tensor().type()));
        }
        return new TensorInfo(
                bytes.name(), bytes.dtype(), List.of(bytes.elements()), bytes.file(), bytes.offset(), bytes.bytes());
    }

    private Optional<StoredTensor> permuted(String name, String block, boolean queries) {
        String stored = block + (queries ? "attn_q.weight" : "attn_k.weight");
        String key = architecture.id() + ".attention." + (queries ? "head_count" : "head_count_kv");
        int heads = model.metadata().field(key).integer(1, 1 << 20);
        return packing(stored).map(packing -> {
            if (packing.rows() % (2L * heads) != 0) {
                throw corrupt(
                        found(stored).orElseThrow(),
                        "has %,d rows, which are not those of %d heads".formatted(packing.rows(), heads));
            }
            return StoredTensor.of(name, shape(stored), new PermutedHeads(packing, heads));
        });
    }

    /** Absent where a file has the projection in one, as older ones have. */
    private Optional<StoredTensor> latent(String name, String block) {
        return packing(block + "attn_k_b.weight")
                .flatMap(keys -> packing(block + "attn_v_b.weight").map(values -> {
                    int heads = model.metadata()
                            .field(architecture.id() + ".attention.head_count")
                            .integer(1, 1 << 20);
                    if (keys.rows() != (long) heads * values.columns() || values.rows() % heads != 0) {
                        throw corrupt(
                                found(block + "attn_k_b.weight").orElseThrow(),
                                "has %,d rows, which are not %d heads of %,d values"
                                        .formatted(keys.rows(), heads, values.columns()));
                    }
                    LatentUpProjection both = new LatentUpProjection(keys, values, heads);
                    return StoredTensor.of(name, List.of(both.rows(), (long) both.columns()), both);
                }));
    }

    /** Gates and ups of all experts in one tensor; absent where GGUF stores them so, too, and needs no pairing. */
    private Optional<StoredTensor> paired(String name, String block, String kind, boolean inTurn) {
        String together = block + "ffn_gate_up_" + kind;
        if (found(together).isPresent() && !inTurn) {
            return whole(name, together);
        }
        boolean bias = kind.endsWith("bias");
        return found(block + "ffn_gate_" + kind)
                .flatMap(gates -> found(block + "ffn_up_" + kind).map(ups -> {
                    List<Long> shape = gates.tensor().shape();
                    if (!shape.equals(ups.tensor().shape())) {
                        throw corrupt(
                                ups,
                                "has shape %s; that of the gates is %s"
                                        .formatted(ups.tensor().shape(), shape));
                    }
                    int rowsAt = bias ? shape.size() - 1 : shape.size() - 2;
                    if (rowsAt < 0) {
                        throw corrupt(gates, "has shape %s, which is not one of experts".formatted(shape));
                    }
                    List<Long> both = new ArrayList<>(shape);
                    both.set(rowsAt, 2 * shape.get(rowsAt));
                    Packing gate = bias
                            ? new Plain(flat(gates))
                            : packing(block + "ffn_gate_" + kind).orElseThrow();
                    Packing up = bias
                            ? new Plain(flat(ups))
                            : packing(block + "ffn_up_" + kind).orElseThrow();
                    return StoredTensor.of(
                            name, both, new PairedExperts(gate, up, Math.toIntExact(shape.get(rowsAt)), inTurn));
                }));
    }
}
