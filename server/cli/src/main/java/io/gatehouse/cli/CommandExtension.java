package io.gatehouse.cli;

import picocli.CommandLine;

/** Commands of a module that the distribution does not have; found by Java's {@link java.util.ServiceLoader}. */
public interface CommandExtension {
    /** Adds its commands to those of the program. */
    void addTo(CommandLine gatehouse);
}
