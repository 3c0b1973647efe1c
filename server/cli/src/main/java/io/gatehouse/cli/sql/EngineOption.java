package io.gatehouse.cli.sql;

import io.gatehouse.sql.RemoteEngine;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What has the rows of a directory, where that is not this process. */
public final class EngineOption {
    @Option(
            names = "--engine",
            paramLabel = "ADDRESS",
            description =
                    "Run statements on Spark: sc://HOST[:PORT] of a Spark Connect server, which must reach the directory of"
                            + " --db under the same path. The client library is taken from SPARK_HOME.")
    private Optional<String> address = Optional.empty();

    public boolean isGiven() {
        return address.isPresent();
    }

    /** Connects; the caller closes it. */
    public RemoteEngine connect(String directory) {
        return RemoteEngine.connect(address.orElseThrow(), directory);
    }
}
