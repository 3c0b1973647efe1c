package io.gatehouse.sql.spark;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connect.client.RetryPolicy;
import org.apache.spark.sql.connect.client.SparkConnectClient;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/** Opens Spark Connect sessions, with a clear error if no server answers. */
final class SparkConnection {
    private static final String VERSION = "4.2";
    private static final int PORT = 15002;
    private static final int CONNECT_MILLIS = 5_000;

    /** Retries wait 50 ms, growing fourfold up to this, 9 s in total. By default the client retries for 10 min. */
    private static final int RETRIES = 7;

    private static final int LONGEST_WAIT_SECONDS = 2;

    private SparkConnection() {}

    /** @throws GatehouseException CLUSTER_FAILED if no Spark answers, INVALID_ARGUMENT if it is of another version */
    static SparkSession open(URI address) {
        if (address.getHost() == null) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s has no host; write sc://HOST[:PORT]".formatted(address));
        }
        requireListener(address.getHost(), address.getPort() < 0 ? PORT : address.getPort());
        SparkConnectClient client = SparkConnectClient.builder()
                .connectionString(address.toString())
                .retryPolicy(patience())
                .build();
        try {
            SparkSession session = org.apache.spark.sql.connect.SparkSession.builder()
                    .client(client)
                    .create();
            requireVersion(version(session, address), address);
            return session;
        } catch (RuntimeException e) {
            client.shutdown();
            throw e;
        }
    }

    /** Sends the first request. Its errors are connection errors, not errors of a statement. */
    private static String version(SparkSession session, URI address) {
        try {
            return session.version();
        } catch (Exception e) {
            throw new GatehouseException(
                    ErrorCode.CLUSTER_FAILED,
                    "What listens at %s does not answer as Spark Connect does: %s"
                            .formatted(address.getHost(), SparkFailures.firstLine(e)),
                    e);
        }
    }

    /** Checks the port first, because the client would retry many times. */
    private static void requireListener(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
        } catch (UnknownHostException e) {
            throw new GatehouseException(ErrorCode.CLUSTER_FAILED, "There is no host %s".formatted(host), e);
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.CLUSTER_FAILED,
                    "No Spark Connect answers at %s, port %d: %s".formatted(host, port, e.getMessage()),
                    e);
        }
    }

    /** @param version of the Spark that answers */
    static void requireVersion(String version, URI address) {
        if (!version.startsWith(VERSION + ".")) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Spark %s answers at %s, and Gatehouse speaks to Spark %s"
                            .formatted(version, address.getHost(), VERSION));
        }
    }

    private static RetryPolicy patience() {
        RetryPolicy usual = RetryPolicy.defaultPolicy();
        return usual.copy(
                Option.apply(RETRIES),
                usual.initialBackoff(),
                Option.apply(FiniteDuration.apply(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)),
                usual.backoffMultiplier(),
                usual.jitter(),
                usual.minJitterThreshold(),
                usual.canRetry(),
                usual.name(),
                usual.recognizeServerRetryDelay(),
                usual.maxServerRetryDelay());
    }
}
