package io.gatehouse.cli.run;

import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.run.RunRequest;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How the model is to be run: the options of every command that loads one. */
public final class EngineChoice {
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

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Memory limit, such as 4GB; by default most of the free memory. Layers that do not fit are"
                    + " streamed from the checkpoint.")
    private Optional<String> memory = Optional.empty();

    String precision() {
        return precision;
    }

    String device() {
        return device;
    }

    Optional<String> memory() {
        return memory;
    }

    public EngineOptions options() {
        return RunRequest.engineOptions(precision, device, memory);
    }

    /** The plan that is computed in, and why if it is not the one asked for. */
    public String describe(Engine engine) {
        String plan = engine.precision().id();
        return plan.equals(precision) ? plan : "%s (not %s: this CPU is slower in bf16)".formatted(plan, precision);
    }
}
