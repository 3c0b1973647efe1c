package io.gatehouse.cli;

import io.gatehouse.base.NearNames;
import io.gatehouse.cli.terminal.CellText;
import java.io.File;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One line for a command line that cannot be understood, with the likely meaning, and one that names the help. */
final class UsageErrors {
    private UsageErrors() {}

    /** Prints what is wrong to stderr and returns the exit code. */
    static int report(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        CommandSpec spec = command.getCommandSpec();
        String message = unknownOption(spec, arguments)
                .or(() -> unmatched(failure))
                .orElse(String.valueOf(failure.getMessage()))
                // Picocli's words for numbers are Java's.
                .replaceFirst(" is not an int$", " is not a whole number of at most 2,147,483,647")
                .replaceFirst(" is not a long$", " is not a whole number");
        command.getErr().println("error: " + CellText.visible(message));
        command.getErr().printf("'%s --help' explains the command.%n", spec.qualifiedName());
        return spec.exitCodeOnInvalidInput();
    }

    /**
     * Finds an option that the command does not have. Picocli reports a missing option first, which hides that it was only
     * misspelt.
     */
    private static Optional<String> unknownOption(CommandSpec spec, String[] arguments) {
        Collection<String> known = spec.optionsMap().keySet();
        return Arrays.stream(arguments)
                .takeWhile(argument -> !argument.equals("--"))
                .filter(argument -> argument.matches("--[a-z][^ ]*"))
                .map(argument -> argument.replaceFirst("=.*", ""))
                .filter(option -> !known.contains(option))
                .findFirst()
                .map(option -> "Unknown option %s%s".formatted(option, suggestion(option, known)));
    }

    private static Optional<String> unmatched(ParameterException failure) {
        if (!(failure instanceof UnmatchedArgumentException unmatched)) {
            return Optional.empty();
        }
        String argument = unmatched.getUnmatched().get(0);
        CommandLine command = failure.getCommandLine();
        Collection<String> commands = command.getSubcommands().keySet();
        Collection<String> options = command.getCommandSpec().optionsMap().keySet();
        return Optional.of(
                commands.isEmpty()
                        ? "Unknown argument '%s'%s".formatted(argument, optionFor(argument, options))
                        : "Unknown command '%s'%s".formatted(argument, suggestion(argument, commands)));
    }

    /** The option that the argument is probably for: other programs take a database and a statement without one. */
    private static String optionFor(String argument, Collection<String> options) {
        if (options.contains("--db") && new File(argument).exists()) {
            return "; write --db before a database file";
        }
        return options.contains("-c") && argument.contains(" ") ? "; write -c before a statement" : "";
    }

    private static String suggestion(String name, Collection<String> known) {
        return NearNames.nearest(name, known)
                .map(near -> "; did you mean %s?".formatted(near))
                .orElse("");
    }
}
