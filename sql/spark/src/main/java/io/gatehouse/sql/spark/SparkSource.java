package io.gatehouse.sql.spark;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.EngineSource;
import io.gatehouse.sql.ExecutionEngine;
import io.gatehouse.store.schema.StoredTable;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Opens engines at {@code sc://HOST[:PORT]}, the address of a Spark Connect server. */
public final class SparkSource implements EngineSource {
    private static final String CLIENT = "org.apache.spark.sql.connect.SparkSession";

    @Override
    public Optional<ExecutionEngine> open(URI address, String directory, List<StoredTable> tables) {
        if (!"sc".equals(address.getScheme())) {
            return Optional.empty();
        }
        try {
            requireClient();
            return Optional.of(SparkEngine.open(address, directory, tables));
        } catch (LinkageError e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Spark's client on the class path is incomplete or of another version: set SPARK_HOME to a Spark 4.2 for"
                            + " Scala 2.13, from which gatehouse takes it; elsewhere see docs/cluster.md",
                    e);
        }
    }

    private static void requireClient() {
        try {
            Class.forName(CLIENT, false, SparkSource.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Spark's client is not on the class path: set SPARK_HOME to a Spark 4.2 for Scala 2.13, from which"
                            + " gatehouse takes it; elsewhere add spark-connect-client-jvm_2.13 4.2.0.",
                    e);
        }
    }
}
