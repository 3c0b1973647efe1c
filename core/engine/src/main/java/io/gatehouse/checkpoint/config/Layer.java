package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

/** One decoder layer: a mixer, then a feed-forward block. */
public record Layer(Mixer mixer, FeedForward feedForward, Residual residual) {
    public Layer {
        requireNonNull(mixer, "mixer is null");
        requireNonNull(feedForward, "feedForward is null");
        requireNonNull(residual, "residual is null");
    }

    /** What the graph depends on: layers of the same shape share one part of it. */
    public Layer shape() {
        return new Layer(mixer.shape(), feedForward, residual);
    }

    /** The same layer with another feed-forward block. */
    public Layer with(FeedForward other) {
        return new Layer(mixer, other, residual);
    }
}
