package io.gatehouse.engine.graph.mixer;

import io.gatehouse.engine.graph.feedforward.FeedForwardBlock;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The mixer of a layer as a part of the graph: attention or a recurrence, the one place where tokens see each other. A
 * block is made for one {@link io.gatehouse.checkpoint.config.Mixer} record, with the {@link LayerInputs} that
 * every layer is fed.
 *
 * <p>Tokens come packed as T rows, several prompts one after the other, and are filled up to whole blocks of rows. A block
 * that needs them by prompt gathers them into a rectangle of B prompts by S positions with {@code inputs.padded()} and
 * back with {@code inputs.packed()}. Padding stands on the right, where nothing causal reads it; its cells repeat row 0
 * and must not change the result of a token, nor the state. A prompt's result must not depend on the other prompts.
 *
 * <p><b>Shared prefix.</b> Few-shot prompts begin with the same tokens, which are computed once: as a micro-batch of one
 * prompt, whose {@link Output#state} is kept. In the layer that the rest of the prompts goes through, the same block is
 * built with {@code prefixed} set; it is fed that state at {@link #past}, and every one of the B prompts goes on from it.
 *
 * <p><b>Generation.</b> In a step, each of B texts has one token, S is 1, and every text goes on from its own past. A
 * recurrence needs nothing for it: it is fed the states [B, ...] of all texts where it is fed one with a prefix. A mixer
 * that keeps something of every token is fed that in lanes of texts ({@code inputs.lanes()}, {@link LaneAttention}).
 */
public interface MixerBlock {
    /**
     * What the block is fed where prompts follow a prefix, in the order of {@link Output#state}; empty without one. In a
     * step, the states of the texts, or for lane after lane what is kept of their tokens, in the order of
     * {@link Output#cache}.
     */
    List<Placeholder<? extends TFloating>> past();

    /**
     * Adds the block to the graph.
     *
     * @param x [T, hidden] normed input
     * @param weights of the layer; names in a {@link WeightSpec} stand under the layer, such as
     *     {@code self_attn.q_proj.weight}
     */
    Output build(Operand<TFloat32> x, Weights weights);

    /**
     * What a block computes.
     *
     * @param states [T, hidden] what is added to the residual stream
     * @param state what the tokens that follow need to know of these: keys and values [tokens, width] of each token, or
     *     the state of a recurrence after token number {@code inputs.tokens()} of the one prompt (rows after it are
     *     filler). Computed only where it is fetched
     * @param unseen [B, S, P + S] 1 for the tokens that a token does not see, 0 for those it sees, in sparse attention;
     *     later layers may use it. In a step [all cells], lane after lane
     * @param latents [T, width] latent vectors that later layers use, too
     * @param routing what the router of attention with experts decided
     * @param cache what {@link io.gatehouse.checkpoint.config.Mixer#cache} says that is kept: [tokens, width] of each
     *     token, or the state of each text [B, ...]. Computed only where it is fetched
     */
    record Output(
            Operand<TFloat32> states,
            List<Operand<? extends TFloating>> state,
            Optional<Operand<TFloat32>> unseen,
            Optional<Operand<TFloat32>> latents,
            Optional<FeedForwardBlock.Routing> routing,
            List<Operand<? extends TFloating>> cache) {
        /** Of a mixer that gives later layers nothing; generation keeps its state. */
        Output(Operand<TFloat32> states, List<Operand<? extends TFloating>> state) {
            this(states, state, Optional.empty(), Optional.empty(), Optional.empty(), state);
        }

        public Output {
            state = List.copyOf(state);
            cache = List.copyOf(cache);
        }
    }
}
