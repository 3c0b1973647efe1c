package io.gatehouse.cli;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.catalog.Relation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The interactive shell: history, completion of names, statements over several lines up to a semicolon. */
final class SqlShell {
    private static final List<String> KEYWORDS = List.of(
            "SELECT",
            "FROM",
            "WHERE",
            "GROUP BY",
            "ORDER BY",
            "HAVING",
            "LIMIT",
            "JOIN",
            "ON",
            "AND",
            "OR",
            "AS",
            "COUNT",
            "AVG",
            "SUM",
            "MIN",
            "MAX",
            "DISTINCT",
            "CASE",
            "WHEN",
            "THEN",
            "ELSE",
            "END",
            "WITH");

    private final QueryEngine engine;
    private final StatementRunner runner;

    SqlShell(QueryEngine engine, StatementRunner runner) {
        this.engine = engine;
        this.runner = runner;
    }

    /** Reads and runs until .quit or Ctrl-D. */
    void run() {
        engine.warmUp();
        try (Terminal terminal = TerminalBuilder.builder().build()) {
            LineReader reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .parser(new StatementParser())
                    .completer(new StringsCompleter(names()))
                    .variable(LineReader.HISTORY_FILE, Path.of(System.getProperty("user.home"), ".gatehouse_history"))
                    .variable(LineReader.SECONDARY_PROMPT_PATTERN, "       -> ")
                    .build();
            terminal.writer().println("Statements end with ;   .help explains, .quit ends");
            while (step(reader, terminal)) {
                terminal.flush();
            }
        } catch (IOException e) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "The terminal cannot be used: " + e.getMessage(), e);
        }
    }

    private boolean step(LineReader reader, Terminal terminal) {
        try {
            String text = reader.readLine("gatehouse> ").strip();
            if (text.startsWith(".")) {
                return command(text, terminal);
            }
            StatementSplitter.split(text).forEach(runner::run);
            return true;
        } catch (GatehouseException failure) {
            terminal.writer().println("error: " + failure.getMessage());
            return true;
        } catch (UserInterruptException interrupted) {
            return true;
        } catch (EndOfFileException end) {
            return false;
        }
    }

    private boolean command(String text, Terminal terminal) {
        switch (text) {
            case ".quit", ".exit" -> {
                return false;
            }
            case ".tables" ->
                engine.catalog()
                        .relations()
                        .forEach(relation ->
                                terminal.writer().printf("  %-16s %s%n", relation.name(), relation.comment()));
            case ".help" -> terminal.writer().println(".tables  what can be asked\n.quit    ends (also Ctrl-D)");
            default -> terminal.writer().println("error: There is no " + text + "; .help lists what there is");
        }
        return true;
    }

    private List<String> names() {
        return Stream.concat(
                        KEYWORDS.stream(), engine.catalog().relations().stream().flatMap(SqlShell::names))
                .distinct()
                .toList();
    }

    private static Stream<String> names(Relation relation) {
        return Stream.concat(
                Stream.of(relation.name()), relation.columns().stream().map(column -> column.name()));
    }

    /** Reads on until the statement is ended. */
    private static final class StatementParser extends DefaultParser {
        StatementParser() {
            setEscapeChars(new char[0]);
            setQuoteChars(new char[0]);
        }

        @Override
        public ParsedLine parse(String line, int cursor, Parser.ParseContext context) {
            boolean ended = line.isBlank() || line.stripLeading().startsWith(".") || StatementSplitter.isComplete(line);
            if (context == Parser.ParseContext.ACCEPT_LINE && !ended) {
                throw new EOFError(-1, -1, "The statement goes on");
            }
            return super.parse(line, cursor, context);
        }
    }
}
