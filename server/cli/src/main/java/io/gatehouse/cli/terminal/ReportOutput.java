package io.gatehouse.cli.terminal;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where and how a command prints what it found out. */
public final class ReportOutput {
    @Option(names = "--json", description = "Print JSON; docs/cli.md describes the keys.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    public boolean json() {
        return json;
    }

    /** Where messages go. */
    public PrintWriter err() {
        return command.commandLine().getErr();
    }

    public PrintWriter writer() {
        return command.commandLine().getOut();
    }
}
