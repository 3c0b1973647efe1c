package io.gatehouse.cli;

import io.gatehouse.sql.RemoteEngine;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What has the rows of a directory, where that is not this process. */
final class EngineOption {
    @Option(
            names = "--engine",
            paramLabel = "ADDRESS",
            description = "Let Spark read the directory that --db names, as its machines know it: sc://HOST[:PORT] of"
                    + " its Spark Connect. Its client is taken from SPARK_HOME.")
    private Optional<String> address = Optional.empty();

    boolean isGiven() {
        return address.isPresent();
    }

    /** Connects; the caller closes it. */
    RemoteEngine connect(String directory) {
        return RemoteEngine.connect(address.orElseThrow(), directory);
    }
}
