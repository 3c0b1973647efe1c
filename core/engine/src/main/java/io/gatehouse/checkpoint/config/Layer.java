package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What one decoder layer does differently from others of its model.
 *
 * @param slidingWindow number of latest positions, its own included, that a token attends to; all if absent
 */
public record Layer(FeedForward feedForward, Optional<Integer> slidingWindow) {
    public Layer {
        requireNonNull(feedForward, "feedForward is null");
        requireNonNull(slidingWindow, "slidingWindow is null");
        if (slidingWindow.isPresent() && slidingWindow.get() < 1) {
            throw new IllegalArgumentException("slidingWindow is " + slidingWindow.get());
        }
    }
}
