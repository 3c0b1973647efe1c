package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * How a model is to be run.
 *
 * @param memory most bytes that the process may take; what is free on the machine if absent
 */
public record EngineOptions(Precision precision, Device device, OptionalLong memory) {
    /** In fp32 on the CPU, in the memory that is free. */
    public static final EngineOptions EXACT = new EngineOptions(Precision.EXACT, Device.CPU, OptionalLong.empty());

    public EngineOptions {
        requireNonNull(precision, "precision is null");
        requireNonNull(device, "device is null");
        requireNonNull(memory, "memory is null");
    }

    /** A CPU that multiplies faster in fp32 is not asked to do worse. */
    EngineOptions forThisMachine() {
        boolean pointless = precision != Precision.EXACT && device.equals(Device.CPU) && !MatrixProducts.bf16IsFaster();
        return pointless ? new EngineOptions(Precision.EXACT, device, memory) : this;
    }
}
