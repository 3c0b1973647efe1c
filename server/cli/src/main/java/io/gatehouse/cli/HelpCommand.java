package io.gatehouse.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code help COMMAND} is {@code COMMAND --help}. */
@Command(
        name = "help",
        description = "Shows the help of a command, like COMMAND --help.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse help run"})
final class HelpCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "Command, such as run or cluster run; by default, all commands are listed.")
    private List<String> names = new ArrayList<>();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        CommandLine explained = spec.parent().commandLine();
        for (String name : names) {
            CommandLine next = explained.getSubcommands().get(name);
            if (next == null) {
                throw new UnmatchedArgumentException(explained, List.of(name));
            }
            explained = next;
        }
        explained.usage(spec.commandLine().getOut());
        return 0;
    }
}
