package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * How a model is to be run.
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

    /** The same with at most so many bytes. */
    public EngineOptions in(long bytes) {
        return new EngineOptions(precision, device, OptionalLong.of(bytes), interventions);
    }

    /** The same with so many bytes at most, or fewer where fewer were asked for. */
    public EngineOptions within(long bytes) {
        return in(Math.min(bytes, memory.orElse(bytes)));
    }

    /** The same with the routing changed. */
    public EngineOptions with(Interventions changes) {
        return new EngineOptions(precision, device, memory, changes);
    }

    /** The same in another plan. */
    public EngineOptions planned(Precision plan) {
        return new EngineOptions(plan, device, memory, interventions);
    }

    /** Whether a run that was asked for so may have been begun in the plan, by this machine or a slower one. */
    public boolean mayRunIn(Precision plan) {
        return plan == precision || (plan == Precision.EXACT && device.equals(Device.CPU));
    }

    /** A CPU that multiplies faster in fp32 is not asked to do worse. */
    EngineOptions forThisMachine() {
        boolean pointless = precision != Precision.EXACT && device.equals(Device.CPU) && !MatrixProducts.bf16IsFaster();
        return pointless ? planned(Precision.EXACT) : this;
    }
}
