package io.gatehouse.cli.sql;

import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import java.io.IOException;
import java.nio.file.Path;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * The interactive shell: history, completion, statements over several lines up to a semicolon. Ctrl-C empties the line,
 * or stops the query that is running.
 */
final class SqlShell {
    private final QueryEngine engine;
    private final StatementRunner runner;

    SqlShell(QueryEngine engine, StatementRunner runner) {
        this.engine = engine;
        this.runner = runner;
    }

    /** Reads and runs until .quit or Ctrl-D. */
    void run() {
        engine.warmUp();
        try (Terminal terminal = TerminalBuilder.builder().nativeSignals(true).build()) {
            terminal.handle(Terminal.Signal.INT, signal -> runner.cancel());
            LineReader reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .parser(new StatementParser())
                    .completer(new SqlCompleter(engine))
                    .option(LineReader.Option.CASE_INSENSITIVE, true)
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                    .variable(LineReader.HISTORY_FILE, Path.of(System.getProperty("user.home"), ".gatehouse_history"))
                    .variable(LineReader.SECONDARY_PROMPT_PATTERN, "       -> ")
                    .variable(LineReader.LIST_MAX, 100)
                    .build();
            ShellCommand commands = new ShellCommand(engine, runner, terminal.writer(), terminal::getWidth);
            terminal.writer().println("End statements with ;   .help lists commands, .quit exits");
            while (step(reader, terminal, commands)) {
                terminal.flush();
            }
        } catch (IOException e) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "Cannot use the terminal: " + e.getMessage(), e);
        }
    }

    private boolean step(LineReader reader, Terminal terminal, ShellCommand commands) {
        try {
            String text = reader.readLine("gatehouse> ").strip();
            if (text.startsWith(".") || ShellCommand.isBare(text)) {
                return commands.run(text);
            }
            StatementSplitter.split(text).forEach(runner::run);
            return true;
        } catch (GatehouseException failure) {
            terminal.writer().println("error: " + CellText.visible(String.valueOf(failure.getMessage())));
            return true;
        } catch (UserInterruptException interrupted) {
            return true;
        } catch (EndOfFileException end) {
            return false;
        }
    }
}
