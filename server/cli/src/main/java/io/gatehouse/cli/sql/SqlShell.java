package io.gatehouse.cli.sql;

import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import java.io.IOException;
import java.nio.file.Path;
import org.jline.keymap.KeyMap;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * The interactive shell: history, completion, statements over several lines up to a semicolon. Ctrl-C empties the line,
 * or stops the query that is running.
 */
final class SqlShell {
    private static final String DISCARD = "discard-line";

    private final QueryEngine engine;
    private final StatementRunner runner;
    private final Path history;

    /** @param history file with the lines of earlier shells */
    SqlShell(QueryEngine engine, StatementRunner runner, Path history) {
        this.engine = engine;
        this.runner = runner;
        this.history = history;
    }

    /** Reads and runs until .quit or Ctrl-D. */
    void run() {
        engine.warmUp();
        try (Terminal terminal = TerminalBuilder.builder().nativeSignals(true).build()) {
            run(terminal);
        } catch (IOException e) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "Cannot use the terminal: " + e.getMessage(), e);
        }
    }

    /** The same on a terminal that stays open. */
    void run(Terminal terminal) {
        terminal.handle(Terminal.Signal.INT, signal -> runner.cancel());
        LineReader reader = reader(terminal);
        ShellCommand commands = new ShellCommand(engine, runner, terminal.writer(), terminal::getWidth);
        terminal.writer().println("End statements with ;   .help lists commands, .quit exits");
        Attributes running = terminal.enterRawMode();
        try {
            // A signal would come before or after the characters beside it, which would then be lost with the line.
            Attributes reading = terminal.getAttributes();
            reading.setControlChar(Attributes.ControlChar.VINTR, 0);
            boolean more = true;
            while (more) {
                terminal.setAttributes(reading);
                more = step(reader, terminal, running, commands);
                terminal.flush();
            }
        } finally {
            terminal.setAttributes(running);
        }
    }

    private LineReader reader(Terminal terminal) {
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(new StatementParser())
                .completer(new SqlCompleter(engine))
                .option(LineReader.Option.CASE_INSENSITIVE, true)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "       -> ")
                .variable(LineReader.LIST_MAX, 100)
                .build();
        reader.getWidgets().put(DISCARD, () -> {
            throw new UserInterruptException(reader.getBuffer().toString());
        });
        reader.getKeyMaps().values().forEach(keys -> keys.bind(new Reference(DISCARD), KeyMap.ctrl('C')));
        return reader;
    }

    /** @param running how the terminal is while something runs: Ctrl-C is a signal */
    private boolean step(LineReader reader, Terminal terminal, Attributes running, ShellCommand commands) {
        try {
            String text = reader.readLine("gatehouse> ").strip();
            terminal.setAttributes(running);
            if (ShellCommand.is(text)) {
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
