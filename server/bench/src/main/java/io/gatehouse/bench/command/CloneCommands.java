package io.gatehouse.bench.command;

import static java.util.Objects.requireNonNull;

import io.gatehouse.cli.CommandExtension;
import picocli.CommandLine;

/** {@code gatehouse bench}, and what makes the sample again below {@code gatehouse sample}. */
public final class CloneCommands implements CommandExtension {
    @Override
    public void addTo(CommandLine gatehouse) {
        gatehouse.addSubcommand(new BenchCommand());
        requireNonNull(gatehouse.getSubcommands().get("sample"), "no command 'sample'")
                .addSubcommand(new SampleQuizCommand())
                .addSubcommand(new SampleTrainCommand());
    }
}
