package io.gatehouse.bench.server;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** A server in a process of its own, as {@code gatehouse serve} is one. */
final class ServerProcess implements AutoCloseable {
    private static final String SHARE = "Pss:";
    private static final String RESIDENT = "VmRSS:";
    /** How much the kernel's counts of pages may lag behind. */
    private static final long LAG_BYTES = 32 << 20;

    private static final int LOOK_EVERY_MILLIS = 200;
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final URI uri;
    private final Thread watch;
    private volatile long peak;

    private ServerProcess(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "server-end"));
        this.watch = new Thread(this::watch, "server-memory");
        watch.setDaemon(true);
        watch.start();
    }

    /** Starts it, and waits until it says where it is. */
    static ServerProcess start(List<String> command, Path log) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectError(log.toFile()).start();
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.strip().startsWith("http")) {
                return new ServerProcess(process, URI.create(line.strip()));
            }
        }
        throw new GatehouseException(
                ErrorCode.INTERNAL_ERROR, "The server did not start: %s".formatted(Files.readString(log)));
    }

    URI uri() {
        return uri;
    }

    boolean isUp() {
        return process.isAlive();
    }

    /** The most that it and the processes it started had of the memory at a time; what they share counts once. */
    long peakBytes() {
        return peak;
    }

    /**
     * The kernel walks all pages of a process to tell its share of them, and lets it map no memory meanwhile, which would
     * be measured as well. So it is asked only where all resident pages together are more than the peak.
     */
    private void watch() {
        try {
            while (process.isAlive()) {
                if (sum(ServerProcess::resident) + LAG_BYTES > peak) {
                    peak = Math.max(peak, sum(ServerProcess::share));
                }
                Thread.sleep(LOOK_EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long sum(ToLongFunction<Path> bytes) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToLong(handle -> bytes.applyAsLong(Path.of("/proc", String.valueOf(handle.pid()))))
                .sum();
    }

    private static long resident(Path process) {
        return kilobytes(process.resolve("status"), RESIDENT);
    }

    private static long share(Path process) {
        return kilobytes(process.resolve("smaps_rollup"), SHARE);
    }

    /** The bytes of a line of kilobytes; 0 if the process has just ended. */
    private static long kilobytes(Path file, String name) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Asks it to stop, and ends it if it does not. */
    @Override
    public void close() {
        watch.interrupt();
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
