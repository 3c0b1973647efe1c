package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A command of the program. Picocli inspects all options of a command that it is given, which for all commands takes most
 * of the time of a start; hence only the command that is called is made, and a list of commands has only their summaries.
 *
 * @param name name as it is typed, the one of its annotation
 * @param type class with the annotation
 * @param maker makes the command
 */
public record Subcommand(String name, Class<?> type, Supplier<CommandLine> maker) {
    public Subcommand {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
        requireNonNull(maker, "maker is null");
    }

    /** Returns a command whose options are those of one object. */
    public static Subcommand of(String name, Class<?> type, Supplier<Object> command) {
        return new Subcommand(name, type, () -> new CommandLine(command.get()));
    }

    /** Makes the command with all its options. */
    CommandLine make() {
        return maker.get();
    }

    /** Returns a command that has a name and a summary, and cannot be executed. */
    CommandLine summary() {
        Command annotation = requireNonNull(type.getAnnotation(Command.class), "no @Command");
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(annotation.description()).hidden(annotation.hidden());
        return new CommandLine(spec);
    }
}
