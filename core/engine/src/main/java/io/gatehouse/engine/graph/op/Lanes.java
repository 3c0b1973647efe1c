package io.gatehouse.engine.graph.op;

import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The texts of a step in lanes: those of a lane have room for the same number of tokens in the cache. All other parts of a
 * layer compute the tokens of all lanes together.
 *
 * @param places [T] where the token of each row stands among those of all lanes, one lane after the other
 */
public record Lanes(List<Lane> lanes, Placeholder<TInt32> places) {
    /**
     * One lane of B texts with room for W tokens each.
     *
     * @param rows [B] row of the token of each text
     * @param hidden [B, W] 1 for what the token does not see: cells that hold nothing, or tokens out of sight; else 0
     */
    public record Lane(Placeholder<TInt32> rows, Placeholder<TFloat32> hidden) {}

    public Lanes {
        lanes = List.copyOf(lanes);
    }

    public static Lanes declare(Ops tf, int count) {
        return new Lanes(
                Stream.generate(() -> new Lane(tf.placeholder(TInt32.class), tf.placeholder(TFloat32.class)))
                        .limit(count)
                        .toList(),
                tf.placeholder(TInt32.class));
    }
}
