package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.engine.graph.feedforward.FeedForwardBlock;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * One generic decoder layer: mixer and feed-forward block, joined to the residual stream.
 *
 * @param output [T, hidden], or [R, hidden] for the answer rows only
 * @param state of the mixer for prompts that follow
 * @param past where the state of a prefix is fed, in a prefixed layer, or what a step goes on from
 * @param cache what generation keeps of the tokens
 * @param unseen which tokens a token does not see, in sparse attention, for the layers that follow
 * @param latents [T, width] latent vectors that later layers use, too
 * @param read [T, hidden] what the feed-forward block reads, before its norm
 * @param routing what the router of the feed-forward block decided
 * @param mixerRouting what that of attention with experts decided
 */
public record LayerGraph(
        Operand<TFloat32> output,
        List<Operand<? extends TFloating>> state,
        List<Placeholder<? extends TFloating>> past,
        List<Operand<? extends TFloating>> cache,
        Optional<Operand<TFloat32>> unseen,
        Optional<Operand<TFloat32>> latents,
        Operand<TFloat32> read,
        Optional<FeedForwardBlock.Routing> routing,
        Optional<FeedForwardBlock.Routing> mixerRouting) {
    public LayerGraph {
        state = List.copyOf(state);
        past = List.copyOf(past);
        cache = List.copyOf(cache);
    }

    /**
     * What makes one layer's graph differ from another's.
     *
     * @param layer its shape
     * @param prefixed whether prompts follow a prefix whose state is fed
     * @param answerOnly whether the output is wanted for the answer rows only, as after the last layer
     * @param lanes how many lanes the texts of a step stand in, each of which goes on from its own past; 0 for prompts
     */
    public record Kind(Layer layer, boolean prefixed, boolean answerOnly, int lanes) {
        /** Of prompts. */
        public Kind(Layer layer, boolean prefixed, boolean answerOnly) {
            this(layer, prefixed, answerOnly, 0);
        }
    }

    /** The types that a layer is computed in. */
    record Types<A extends TFloating, E extends TFloating>(Class<A> mixer, Class<E> experts) {}
}
