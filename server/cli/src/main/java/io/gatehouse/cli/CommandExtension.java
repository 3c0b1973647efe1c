package io.gatehouse.cli;

import java.util.List;
import picocli.CommandLine;

/** Commands of a module that the distribution does not have; found by Java's {@link java.util.ServiceLoader}. */
public interface CommandExtension {
    /** Returns its commands. */
    List<Subcommand> commands();

    /** Adds its commands below a command of the program, if it has any there. */
    void addBelow(String name, CommandLine command);
}
