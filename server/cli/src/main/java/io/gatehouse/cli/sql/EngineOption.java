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
                    "Run statements on Spark, which must reach the directory of --db by the same name: sc://HOST[:PORT] of"
                            + " Spark Connect. The client comes from SPARK_HOME.")
    private Optional<String> address = Optional.empty();

    public boolean isGiven() {
        return address.isPresent();
    }

    /** Connects; the caller closes it. */
    public RemoteEngine connect(String directory) {
        return RemoteEngine.connect(address.orElseThrow(), directory);
    }
}
