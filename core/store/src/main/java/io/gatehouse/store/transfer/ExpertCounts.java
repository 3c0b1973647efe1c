package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Counts of how often the experts of a layer were chosen; some sources have nothing else.
 *
 * @param domain the domain or dataset that was counted, if known
 * @param layer layer of the model, from 0
 * @param counts tokens that were sent to each expert, expert 0 first
 */
public record ExpertCounts(Optional<String> domain, int layer, long[] counts) {
    public ExpertCounts {
        requireNonNull(domain, "domain is null");
        if (layer < 0) {
            throw new IllegalArgumentException("Layer %d".formatted(layer));
        }
    }
}
