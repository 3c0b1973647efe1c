package io.gatehouse.cli.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.engine.Device;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Precision;
import io.gatehouse.run.RunRequest;
import java.util.Optional;
import picocli.CommandLine.Option;

/** In which precision and on which device a model is computed: the options of every command that computes one. */
public final class PrecisionOptions {
    @Option(
            names = "--precision",
            paramLabel = "PLAN",
            defaultValue = RunRequest.PRECISION,
            description =
                    "exact: all weights in fp32; balanced: experts in bf16; fast: all in bf16. Default: ${DEFAULT-VALUE}.")
    private String precision = RunRequest.PRECISION;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = RunRequest.DEVICE,
            description = "cpu, gpu or gpu:N. Default: ${DEFAULT-VALUE}.")
    private String device = RunRequest.DEVICE;

    public String precision() {
        return precision;
    }

    public String device() {
        return device;
    }

    /**
     * Checks both names, without loading TensorFlow.
     *
     * @return the device, which this machine may not have
     * @throws io.gatehouse.error.GatehouseException INVALID_ARGUMENT if there is no such precision or device
     */
    public Device requireKnown() {
        requireNonNull(Precision.of(precision), "precision is null");
        return Device.of(device);
    }

    /**
     * What the engine is told.
     *
     * @param memory limit of the engine, as a size
     * @throws io.gatehouse.error.GatehouseException INVALID_ARGUMENT if there is no such precision or device
     */
    public EngineOptions options(Optional<String> memory) {
        return RunRequest.engineOptions(precision, device, memory);
    }
}
