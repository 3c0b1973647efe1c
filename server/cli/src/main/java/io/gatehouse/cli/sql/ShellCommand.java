package io.gatehouse.cli.sql;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.catalog.Example;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/** The commands of the shell, which begin with a dot. */
final class ShellCommand {
    static final List<String> NAMES =
            List.of(".help", ".tables", ".describe", ".examples", ".mode", ".output", ".timer", ".quit");

    private static final Set<String> BARE = Set.of("help", "quit", "exit");

    private static final String HELP = """
            .tables              list tables and views
            .describe NAME       show the columns of a table or view
            .examples [WORDS]    list example statements; with WORDS, show those that contain all of them
            .mode MODE           print rows as table, vertical (a line per column), csv, json,
                                 parquet or latex
            .output FILE         write rows to a file; without FILE, to the screen again
            .timer on|off        print the time of each statement
            .quit                exit (also Ctrl-D)
            Statements end with ;  Tab completes  Ctrl-C cancels the running query
            EXPLAIN ...; shows the plan of a statement, DESCRIBE FUNCTION name; the columns of a table function
            """;

    private final QueryEngine engine;
    private final StatementRunner runner;
    private final PrintWriter out;
    private final IntSupplier width;

    /** @param width columns of the terminal; 0 if they are not known */
    ShellCommand(QueryEngine engine, StatementRunner runner, PrintWriter out, IntSupplier width) {
        this.engine = engine;
        this.runner = runner;
        this.out = out;
        this.width = width;
    }

    /** Whether a line is a command: it begins with a dot, with the backslash of other shells, or is one without its dot. */
    static boolean is(String line) {
        String text = line.strip();
        return text.startsWith(".") || text.startsWith("\\") || BARE.contains(text.toLowerCase(Locale.ROOT));
    }

    /** Runs one command; false if the shell is to end. */
    boolean run(String text) {
        String[] words = text.strip().split("\\s+", 2);
        String argument = words.length > 1 ? words[1].strip() : "";
        switch (words[0].toLowerCase(Locale.ROOT)) {
            case ".quit", ".exit", "quit", "exit" -> {
                return false;
            }
            case ".help", "help" -> out.print(HELP);
            case ".tables" -> tables();
            case ".describe" -> runner.run("DESCRIBE " + argument);
            case ".examples" -> examples(argument);
            case ".mode" -> runner.useFormat(mode(argument));
            case ".output" -> runner.writeTo(argument.isEmpty() ? Optional.empty() : Optional.of(Path.of(argument)));
            case ".timer" -> runner.time(onOrOff(argument));
            default ->
                throw wrong(
                        words[0].startsWith("\\")
                                ? "Unknown command %s; commands begin with a dot, as .help does".formatted(words[0])
                                : "Unknown command %s; .help lists the commands".formatted(words[0]));
        }
        return true;
    }

    private void tables() {
        engine.catalog()
                .relations()
                .forEach(relation -> out.println(cut("  %-28s %s".formatted(relation.name(), relation.comment()))));
    }

    /** Titles of all examples, or the statements of those that contain all given words. */
    private void examples(String sought) {
        List<String> words = List.of(sought.toLowerCase(Locale.ROOT).split("\\s+"));
        List<Example> found = Example.all().stream()
                .filter(example -> {
                    String text = String.join(" ", example.group(), example.title(), example.about(), example.sql())
                            .toLowerCase(Locale.ROOT);
                    return words.stream().allMatch(text::contains);
                })
                .toList();
        if (found.isEmpty()) {
            throw wrong("No example contains \"%s\"; .examples lists all".formatted(sought));
        }
        for (Example example : found) {
            if (sought.isEmpty()) {
                out.println(cut("  %-44s %s".formatted(example.title(), example.about())));
            } else {
                out.println("-- %s. %s".formatted(example.title(), example.about()));
                out.println(example.sql() + ";");
                out.println();
            }
        }
    }

    /** Keeps a line within the terminal; the whole comment is in {@code .describe}. */
    private String cut(String line) {
        int room = width.getAsInt();
        return room <= 0 || line.length() < room ? line : line.substring(0, Math.max(1, room - 2)) + "…";
    }

    private static RowFormat mode(String name) {
        for (RowFormat format : RowFormat.values()) {
            if (format.toString().equals(name.toLowerCase(Locale.ROOT))) {
                return format;
            }
        }
        throw wrong("Unknown mode \"%s\"; use table, vertical, csv, json, parquet or latex".formatted(name));
    }

    private static boolean onOrOff(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "on" -> true;
            case "off" -> false;
            default -> throw wrong("The timer must be on or off, not \"%s\"".formatted(word));
        };
    }

    private static GatehouseException wrong(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
