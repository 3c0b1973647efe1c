package io.gatehouse.cli.terminal;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where and how a command prints what it found out. */
public final class ReportOutput {
    @Option(names = "--json", description = "Print the figures as one JSON object.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    public boolean json() {
        return json;
    }

    public PrintWriter writer() {
        return command.commandLine().getOut();
    }
}
