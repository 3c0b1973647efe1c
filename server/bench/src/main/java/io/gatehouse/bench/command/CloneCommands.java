package io.gatehouse.bench.command;

import io.gatehouse.cli.CommandExtension;
import io.gatehouse.cli.Subcommand;
import java.util.List;
import picocli.CommandLine;

/** {@code gatehouse bench}, and what makes the sample again below {@code gatehouse sample}. */
public final class CloneCommands implements CommandExtension {
    @Override
    public List<Subcommand> commands() {
        return List.of(Subcommand.of("bench", BenchCommand.class, BenchCommand::new));
    }

    @Override
    public void addBelow(String name, CommandLine command) {
        if (name.equals("sample")) {
            command.addSubcommand(new SampleQuizCommand()).addSubcommand(new SampleTrainCommand());
        }
    }
}
