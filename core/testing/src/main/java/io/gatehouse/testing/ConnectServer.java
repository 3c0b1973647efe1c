package io.gatehouse.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Spark Connect server in a process of its own, {@code local[2]}: its class path and the client's do not mix. */
public final class ConnectServer implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;

    private final Process process;
    private final int port;

    private ConnectServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts one, which is there when this returns.
     *
     * @param directory for what it writes
     */
    public static ConnectServer start(Path directory) throws IOException, InterruptedException {
        int port = freePort();
        Path root = Path.of(System.getProperty("gatehouse.root"));
        String classPath = Files.readString(root.resolve("sql/spark/connect-server/target/classpath"))
                .strip();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("gatehouse.spark.options").split(" ")));
        command.addAll(List.of(
                // Like the tests' own JVMs, it runs too short for C2 and G1 to pay off.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx1500m",
                "-Dspark.master=local[2]",
                "-Dspark.app.name=gatehouse-tests",
                "-Dspark.ui.enabled=false",
                "-Dspark.driver.host=127.0.0.1",
                "-Dspark.driver.bindAddress=127.0.0.1",
                "-Dspark.local.dir=" + directory.resolve("scratch"),
                "-Dspark.sql.warehouse.dir=" + directory.resolve("warehouse"),
                "-Dspark.connect.grpc.binding.address=127.0.0.1",
                "-Dspark.connect.grpc.binding.port=" + port,
                // A few hundred rows: what pays for many costs more than it brings.
                "-Dspark.sql.shuffle.partitions=1",
                "-Dspark.sql.adaptive.enabled=false",
                "-Dspark.sql.codegen.wholeStage=false",
                "-cp",
                classPath,
                "org.apache.spark.sql.connect.service.SparkConnectServer"));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile())
                .start();
        ConnectServer server = new ConnectServer(process, port);
        server.await(directory.resolve("server.log"));
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void await(Path log) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!isOpen()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                close();
                throw new IOException("Spark did not start:\n" + Files.readString(log));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean isOpen() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Where it answers: {@code sc://HOST:PORT}. */
    public String address() {
        return "sc://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
