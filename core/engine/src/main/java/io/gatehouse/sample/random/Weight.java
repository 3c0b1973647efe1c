package io.gatehouse.sample.random;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** A tensor of a decoder: its name in Hugging Face's layout, its shape and the normal distribution its entries have. */
record Weight(String name, List<Long> shape, Spread spread) {
    /** A normal distribution. */
    record Spread(double mean, double deviation) {}

    Weight {
        requireNonNull(name, "name is null");
        shape = List.copyOf(shape);
        requireNonNull(spread, "spread is null");
    }

    long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
