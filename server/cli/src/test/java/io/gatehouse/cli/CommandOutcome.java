package io.gatehouse.cli;

import io.gatehouse.cli.terminal.StopSignal;
import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command left behind: exit code, stdout and stderr. */
public record CommandOutcome(int exitCode, String out, String err) {
    /** Runs a command line in this process. */
    public static CommandOutcome of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        try (StopSignal stop = new StopSignal()) {
            int exitCode = Gatehouse.commandLine(stop, arguments)
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute(arguments);
            return new CommandOutcome(exitCode, out.toString(), err.toString());
        }
    }
}
