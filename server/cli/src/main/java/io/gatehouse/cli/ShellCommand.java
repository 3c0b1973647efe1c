package io.gatehouse.cli;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The commands of the shell, which begin with a dot. */
final class ShellCommand {
    static final List<String> NAMES = List.of(".help", ".tables", ".describe", ".mode", ".output", ".timer", ".quit");

    private static final String HELP = """
            .tables              what can be asked
            .describe NAME       the columns of a relation
            .mode MODE           rows as table, csv, json or parquet
            .output FILE         rows into a file; without FILE to the screen again
            .timer on|off        whether the time stands under the rows
            .quit                ends (also Ctrl-D)
            A statement ends with ;  Tab completes  Ctrl-C stops the query that is running
            EXPLAIN …; shows how a statement is answered, DESCRIBE FUNCTION name; what a function returns
            """;

    private final QueryEngine engine;
    private final StatementRunner runner;
    private final PrintWriter out;

    ShellCommand(QueryEngine engine, StatementRunner runner, PrintWriter out) {
        this.engine = engine;
        this.runner = runner;
        this.out = out;
    }

    /** Runs one command; false if the shell is to end. */
    boolean run(String text) {
        String[] words = text.strip().split("\\s+", 2);
        String argument = words.length > 1 ? words[1].strip() : "";
        switch (words[0].toLowerCase(Locale.ROOT)) {
            case ".quit", ".exit" -> {
                return false;
            }
            case ".help" -> out.print(HELP);
            case ".tables" -> tables();
            case ".describe" -> runner.run("DESCRIBE " + argument);
            case ".mode" -> runner.useFormat(mode(argument));
            case ".output" -> runner.writeTo(argument.isEmpty() ? Optional.empty() : Optional.of(Path.of(argument)));
            case ".timer" -> runner.time(onOrOff(argument));
            default -> throw wrong("There is no %s; .help lists what there is".formatted(words[0]));
        }
        return true;
    }

    private void tables() {
        engine.catalog()
                .relations()
                .forEach(relation -> out.printf("  %-24s %s%n", relation.name(), relation.comment()));
    }

    private static RowFormat mode(String name) {
        for (RowFormat format : RowFormat.values()) {
            if (format.toString().equals(name.toLowerCase(Locale.ROOT))) {
                return format;
            }
        }
        throw wrong("There is no mode \"%s\"; there are table, csv, json and parquet".formatted(name));
    }

    private static boolean onOrOff(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "on" -> true;
            case "off" -> false;
            default -> throw wrong("The timer is on or off, not \"%s\"".formatted(word));
        };
    }

    private static GatehouseException wrong(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
