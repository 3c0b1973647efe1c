package io.gatehouse.cli;

import io.gatehouse.engine.Device;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Interventions;
import io.gatehouse.engine.Precision;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** How the model is to be run: the options of every command that loads one. */
public final class EngineChoice {
    @Option(
            names = "--precision",
            paramLabel = "PLAN",
            defaultValue = "exact",
            description =
                    "exact: all in fp32; balanced: experts in bf16; fast: all in bf16. Default: ${DEFAULT-VALUE}.")
    private String precision = "exact";

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu, gpu or gpu:N. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Most memory to take, such as 4GB; by default most of what is free. What does not fit is"
                    + " streamed from the files.")
    private Optional<String> memory = Optional.empty();

    public EngineOptions options() {
        return new EngineOptions(
                Precision.of(precision),
                Device.of(device),
                memory.map(size -> OptionalLong.of(MemorySize.bytes(size))).orElse(OptionalLong.empty()),
                Interventions.NONE);
    }

    /** The plan that is computed in, and why if it is not the one asked for. */
    public String describe(Engine engine) {
        String plan = engine.precision().id();
        return plan.equals(precision) ? plan : "%s (not %s: this CPU is slower in bf16)".formatted(plan, precision);
    }
}
