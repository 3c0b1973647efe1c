package io.gatehouse.cli;

import io.gatehouse.cli.check.CheckCommand;
import io.gatehouse.cli.run.ClusterCommand;
import io.gatehouse.cli.run.ClusterRunCommand;
import io.gatehouse.cli.run.ModelWorkerCommand;
import io.gatehouse.cli.run.PrefillCommand;
import io.gatehouse.cli.run.RunCommand;
import io.gatehouse.cli.run.WorkerCommand;
import io.gatehouse.cli.sql.SqlCommand;
import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.cli.terminal.GatehouseVersion;
import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.GatehouseException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line, and the one {@code main} of Gatehouse. */
@Command(
        name = "gatehouse",
        description = "The SQL database for mixture-of-experts routing.",
        mixinStandardHelpOptions = true,
        versionProvider = GatehouseVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:success",
            " 1:invalid request",
            " 2:invalid command line",
            " 3:damaged or invalid file",
            " 4:not enough resources: disk, memory, time, or a free port",
            "70:internal error",
            "130:cancelled"
        },
        footer = {"", "Example:", "  gatehouse demo", "", "'gatehouse COMMAND --help' explains a command."})
public final class Gatehouse {
    private Gatehouse() {}

    public static void main(String[] arguments) {
        // JavaCPP would otherwise kill the process at four times -Xmx; weights live outside the heap.
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        // The tokenizer library would otherwise query the cloud's metadata service, report usage to its makers, and
        // download a native library on machines with a GPU.
        System.setProperty("ai.djl.offline", "true");
        System.exit(execute(arguments));
    }

    private static int execute(String[] arguments) {
        try (StopSignal stop = new StopSignal()) {
            return commandLine(stop, arguments).execute(arguments);
        }
    }

    /** Puts all commands together. */
    public static CommandLine commandLine(StopSignal stop) {
        CommandLine gatehouse = new CommandLine(new Gatehouse());
        commands(stop).forEach(command -> add(gatehouse, command));
        return complete(gatehouse);
    }

    /** Puts the commands together that some arguments name, and the summaries of the others where they may be listed. */
    public static CommandLine commandLine(StopSignal stop, String... arguments) {
        CommandLine gatehouse = new CommandLine(new Gatehouse());
        List<Subcommand> commands = commands(stop);
        String first = arguments.length == 0 ? "" : arguments[0];
        Optional<Subcommand> called = commands.stream()
                .filter(command -> command.name().equals(first) && command.type() != HelpCommand.class)
                .findFirst();
        called.ifPresentOrElse(
                command -> add(gatehouse, command),
                () -> commands.forEach(command -> {
                    if (Arrays.asList(arguments).contains(command.name())) {
                        add(gatehouse, command);
                    } else {
                        gatehouse.addSubcommand(command.summary());
                    }
                }));
        return complete(gatehouse);
    }

    /** Returns the commands in the order of the help. */
    private static List<Subcommand> commands(StopSignal stop) {
        List<Subcommand> commands = new ArrayList<>(List.of(
                Subcommand.of("demo", DemoCommand.class, () -> new DemoCommand(stop)),
                Subcommand.of("run", RunCommand.class, () -> new RunCommand(stop)),
                new Subcommand(
                        "cluster",
                        ClusterCommand.class,
                        () -> new CommandLine(new ClusterCommand()).addSubcommand(new ClusterRunCommand(stop))),
                Subcommand.of("sql", SqlCommand.class, SqlCommand::new),
                Subcommand.of("check", CheckCommand.class, CheckCommand::new),
                Subcommand.of("study", StudyCommand.class, StudyCommand::new),
                Subcommand.of("serve", ServeCommand.class, () -> new ServeCommand(stop)),
                Subcommand.of("mcp", McpCommand.class, McpCommand::new),
                new Subcommand(
                        "sample",
                        SampleCommand.class,
                        () -> new CommandLine(new SampleCommand()).addSubcommand(new SampleRandomCommand(stop))),
                Subcommand.of("model", ModelCommand.class, ModelCommand::new),
                Subcommand.of("prefill", PrefillCommand.class, PrefillCommand::new),
                Subcommand.of("import", ImportCommand.class, ImportCommand::new),
                Subcommand.of("runs", RunsCommand.class, RunsCommand::new),
                Subcommand.of("verify", VerifyCommand.class, VerifyCommand::new),
                Subcommand.of("export", ExportCommand.class, () -> new ExportCommand(stop)),
                Subcommand.of("tokenize", TokenizeCommand.class, TokenizeCommand::new),
                Subcommand.of(WorkerCommand.NAME, WorkerCommand.class, WorkerCommand::new),
                Subcommand.of(ModelWorkerCommand.NAME, ModelWorkerCommand.class, ModelWorkerCommand::new),
                Subcommand.of("help", HelpCommand.class, HelpCommand::new)));
        ServiceLoader.load(CommandExtension.class).forEach(extension -> commands.addAll(extension.commands()));
        return commands;
    }

    private static void add(CommandLine gatehouse, Subcommand command) {
        CommandLine made = command.make();
        ServiceLoader.load(CommandExtension.class).forEach(extension -> extension.addBelow(command.name(), made));
        gatehouse.addSubcommand(command.name(), made);
    }

    private static CommandLine complete(CommandLine gatehouse) {
        addVersion(gatehouse);
        return gatehouse
                .setExecutionStrategy(Gatehouse::runUnderstood)
                .setExecutionExceptionHandler(Gatehouse::report)
                .setParameterExceptionHandler(UsageErrors::report)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** Makes {@code --version} work after every command; picocli gives it to the first one only. */
    private static void addVersion(CommandLine command) {
        command.getCommandSpec().versionProvider(new GatehouseVersion());
        command.getSubcommands().values().forEach(Gatehouse::addVersion);
    }

    /** Runs what was asked for; beside {@code --help} picocli would pass over what it does not understand. */
    private static int runUnderstood(ParseResult arguments) {
        for (ParseResult command = arguments; ; command = command.subcommand()) {
            if (!command.unmatched().isEmpty()) {
                throw new UnmatchedArgumentException(command.commandSpec().commandLine(), command.unmatched());
            }
            if (!command.hasSubcommand()) {
                return new RunLast().execute(arguments);
            }
        }
    }

    /** The door where errors end: one sentence on stderr and the exit code of the error's category. */
    private static int report(Exception failure, CommandLine command, ParseResult arguments) {
        if (failure instanceof GatehouseException error) {
            command.getErr().println("error: " + CellText.visible(String.valueOf(error.getMessage())));
            return error.code().category().exitCode();
        }
        command.getErr().println("internal error, please report it: " + CellText.visible(failure.toString()));
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        trace.toString()
                .lines()
                .map(line -> "  " + CellText.visible(line.strip()))
                .forEach(command.getErr()::println);
        return ErrorCategory.INTERNAL.exitCode();
    }
}
