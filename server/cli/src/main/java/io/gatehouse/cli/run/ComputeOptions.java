package io.gatehouse.cli.run;

import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How the model is to be computed: the options of every command that loads one itself. */
public final class ComputeOptions {
    @Mixin
    private PrecisionOptions precision = new PrecisionOptions();

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Memory limit, such as 4GB; by default most of the free memory. Layers that do not fit are"
                    + " streamed from the checkpoint.")
    private Optional<String> memory = Optional.empty();

    String precision() {
        return precision.precision();
    }

    String device() {
        return precision.device();
    }

    Optional<String> memory() {
        return memory;
    }

    public EngineOptions options() {
        return precision.options(memory);
    }

    /** The plan that is computed in, and why if it is not the one asked for. */
    public String describe(Engine engine) {
        String plan = engine.precision().id();
        return plan.equals(precision()) ? plan : "%s (not %s: this CPU is slower in bf16)".formatted(plan, precision());
    }
}
