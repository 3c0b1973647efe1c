package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One decoder layer: a mixer, then a feed-forward block.
 *
 * @param shortcut what runs beside the feed-forward block, in models whose layers have two halves
 */
public record Layer(Mixer mixer, FeedForward feedForward, Residual residual, Optional<Shortcut> shortcut) {
    /**
     * Two halves with a mixer and a dense block each (LongCat-Flash, arXiv 2509.01322, section 2). The mixture reads what
     * the first dense block reads, and its output is added after the second: h' = h + mixer(norm(h)),
     * e = mixture(norm(h')), h'' = h' + first(norm(h')), then the second half, then + e.
     *
     * @param first the dense block of the first half
     * @param mixer of the second half
     * @param second the dense block of the second half
     */
    public record Shortcut(Mlp first, Mixer mixer, Mlp second) {
        public Shortcut {
            requireNonNull(first, "first is null");
            requireNonNull(mixer, "mixer is null");
            requireNonNull(second, "second is null");
        }

        Shortcut shape() {
            return new Shortcut(first, mixer.shape(), second);
        }
    }

    public Layer {
        requireNonNull(mixer, "mixer is null");
        requireNonNull(feedForward, "feedForward is null");
        requireNonNull(residual, "residual is null");
        requireNonNull(shortcut, "shortcut is null");
    }

    /** A mixer and a feed-forward block. */
    public Layer(Mixer mixer, FeedForward feedForward, Residual residual) {
        this(mixer, feedForward, residual, Optional.empty());
    }

    /** What the graph depends on: layers of the same shape share one part of it. */
    public Layer shape() {
        return new Layer(mixer.shape(), feedForward, residual.shape(), shortcut.map(Shortcut::shape));
    }

    /** The same layer with another feed-forward block. */
    public Layer with(FeedForward other) {
        return new Layer(mixer, other, residual, shortcut);
    }
}
