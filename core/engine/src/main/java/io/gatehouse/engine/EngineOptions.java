package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * How a model is run.
 *
 * @param memory most bytes that the process may take; what is free on the machine if absent
 * @param interventions what is changed about the routing
 */
public record EngineOptions(Precision precision, Device device, OptionalLong memory, Interventions interventions) {
    /** In fp32 on the CPU, in the memory that is free. */
    public static final EngineOptions EXACT = of(Precision.EXACT);

    public EngineOptions {
        requireNonNull(precision, "precision is null");
        requireNonNull(device, "device is null");
        requireNonNull(memory, "memory is null");
        requireNonNull(interventions, "interventions is null");
    }

    /** On the CPU, in the memory that is free. */
    public static EngineOptions of(Precision precision) {
        return new EngineOptions(precision, Device.CPU, OptionalLong.empty(), Interventions.NONE);
    }

    /** The same options with at most this much memory. */
    public EngineOptions in(long bytes) {
        return new EngineOptions(precision, device, OptionalLong.of(bytes), interventions);
    }

    /** The same options with at most this much memory, or less where they already have less. */
    public EngineOptions within(long bytes) {
        return in(Math.min(bytes, memory.orElse(bytes)));
    }

    /** The same options with these interventions. */
    public EngineOptions with(Interventions changes) {
        return new EngineOptions(precision, device, memory, changes);
    }

    /** The same options with another precision. */
    public EngineOptions withPrecision(Precision plan) {
        return new EngineOptions(plan, device, memory, interventions);
    }

    /** Whether a run with these options may have been begun in the plan, by this machine or a slower one. */
    public boolean supports(Precision plan) {
        return plan == precision || (plan == Precision.EXACT && device.equals(Device.CPU));
    }

    /** The same options, with fp32 on a CPU that multiplies faster in it. */
    EngineOptions forThisMachine() {
        boolean pointless = precision != Precision.EXACT && device.equals(Device.CPU) && !MatrixProducts.bf16IsFaster();
        return pointless ? withPrecision(Precision.EXACT) : this;
    }
}
