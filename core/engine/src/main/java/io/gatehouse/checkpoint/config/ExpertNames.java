package io.gatehouse.checkpoint.config;

/**
 * Names that a checkpoint gives to the tensors of a mixture: router {@code <block>.gate.weight}, and of expert 3
 * {@code <block>.experts.3.<gate>.weight} and so on.
 */
public record ExpertNames(String block, String gate, String up, String down) {
    /** The names of OLMoE and the Qwen models. */
    public static final ExpertNames MLP = new ExpertNames("mlp", "gate_proj", "up_proj", "down_proj");

    /** The names of Mixtral. */
    public static final ExpertNames BLOCK_SPARSE_MOE = new ExpertNames("block_sparse_moe", "w1", "w3", "w2");
}
