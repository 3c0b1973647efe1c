package io.gatehouse.worker;

import com.fasterxml.jackson.core.JacksonException;
import io.gatehouse.base.DaemonThreads;
import io.gatehouse.base.DirectoryTree;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of a worker: it has a lower priority, is watched, is ended when it takes too much, and is gone when this is
 * closed. Whatever ends it becomes one error that says what it was reading.
 */
final class WorkerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(25);
    private static final Duration EXIT_GRACE = Duration.ofSeconds(10);
    private static final int OUTPUT_TAIL = 4096;
    private static final int OUT_OF_HEAP = 3;
    private static final int SIGNALLED = 128;
    private static final Map<Integer, String> SIGNALS = Map.of(
            4, "SIGILL", 5, "SIGTRAP", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV", 15,
            "SIGTERM");

    /** System property of a worker: the directory of its temporary files, which is removed after it. */
    static final String SCRATCH = "gatehouse.worker.scratch";

    /** The smallest heap that reads the headers and the vocabulary of a model. */
    private static final long LEAST_HEAP = 96L << 20;

    /**
     * Messages have a descriptor of their own, because native libraries print to standard output. The system should end
     * this process before others when memory is short, queries have the cores first, and no core dump is left.
     */
    private static final String SHELL =
            "exec 3>&1 1>&2; ulimit -c 0; { echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null; exec nice -n 10 \"$@\"";

    /** Options of this JVM that are not for a worker: of memory, and what listens or writes at one place. */
    private static final Predicate<String> OWN = option -> option.startsWith("-Xm")
            || option.startsWith("-agentlib")
            || option.startsWith("-javaagent")
            || option.matches(
                    "-XX:[+]Use\\w+GC|-XX:(ErrorFile|HeapDumpPath|OnOutOfMemoryError|OnError|Initial|Max|Min).*")
            || option.startsWith("-Djava.io.tmpdir=")
            || option.startsWith("-D" + ReadingNote.PLACE + "=");

    /** Why this process ended the worker. */
    private enum Verdict {
        NONE,
        CANCELLED,
        TOO_LARGE,
        TOO_SLOW
    }

    private final WorkerSettings settings;
    private final String subject;
    private final Path scratch;
    private final Process process;
    private final ProcessMemory memory;
    private final StringBuilder outputTail = new StringBuilder();
    private final Thread listening;
    private volatile BooleanSupplier unwanted = () -> false;
    private volatile boolean mustProgress = true;
    private volatile long waitingSince = System.nanoTime();
    private volatile boolean waiting;
    private volatile Verdict verdict = Verdict.NONE;

    private WorkerProcess(WorkerSettings settings, String subject, Path scratch, Process process) {
        this.settings = settings;
        this.subject = subject;
        this.scratch = scratch;
        this.process = process;
        this.memory = ProcessMemory.of(process.pid());
        this.listening = DaemonThreads.start("gatehouse-worker-output", this::listen);
        DaemonThreads.start("gatehouse-worker-watch", this::watch);
    }

    /** @param subject what errors call it, such as "The process that computes the run" */
    static WorkerProcess start(WorkerSettings settings, String subject) {
        try {
            Path scratch = Files.createTempDirectory(scratchName());
            try {
                return new WorkerProcess(
                        settings, subject, scratch, new ProcessBuilder(command(settings, scratch)).start());
            } catch (IOException e) {
                delete(scratch);
                throw e;
            }
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR, "%s cannot be started: %s".formatted(subject, e.getMessage()), e);
        }
    }

    /** Names the process that deletes it, for whoever finds one that was left behind. */
    private static String scratchName() {
        return "gatehouse-worker-%d-".formatted(ProcessHandle.current().pid());
    }

    private static List<String> command(WorkerSettings settings, Path scratch) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", SHELL, "gatehouse-worker"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(OWN.negate())
                .forEach(command::add);
        long heap = Math.max(LEAST_HEAP, settings.memory() / 4);
        command.addAll(List.of(
                "-Xmx" + (heap >> 10) + "k",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:ErrorFile=/dev/null",
                "-Djava.io.tmpdir=" + scratch,
                "-D" + SCRATCH + "=" + scratch,
                "-D" + ReadingNote.PLACE + "=" + note(scratch),
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(settings.program());
        return command;
    }

    private static Path note(Path scratch) {
        return scratch.resolve("reading");
    }

    OutputStream orders() {
        return process.getOutputStream();
    }

    InputStream messages() {
        return process.getInputStream();
    }

    /** Whether it has not ended. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether this ended the worker because a condition said so. */
    boolean isCancelled() {
        return verdict == Verdict.CANCELLED;
    }

    /** Ends the worker when this says so. */
    void endWhen(BooleanSupplier condition) {
        unwanted = condition;
    }

    /** Whether the worker must send something within its patience. */
    void mustProgress(boolean must) {
        mustProgress = must;
    }

    /** Exchanges something with the worker, whose time runs meanwhile. */
    <T> T exchange(Exchange<T> exchange) {
        waitingSince = System.nanoTime();
        waiting = true;
        try {
            return exchange.exchange();
        } catch (GatehouseException e) {
            throw e;
        } catch (PipeInput.Malformed | JacksonException | RuntimeException e) {
            // Of the last kind: values that are of the right form and make no sense together.
            LOG.warn("A worker sends what it should not", e);
            throw new GatehouseException(
                    ErrorCode.WORKER_ENDED, "%s broke the protocol%s".formatted(subject, reading()), e);
        } catch (IOException e) {
            throw ended();
        } finally {
            waiting = false;
        }
    }

    /** Something that is sent or received. */
    interface Exchange<T> {
        T exchange() throws IOException;
    }

    private void watch() {
        try {
            while (!process.waitFor(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
                Verdict now = look();
                if (now != Verdict.NONE) {
                    verdict = now;
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }

    private Verdict look() {
        if (memory.bytes() > settings.memory()) {
            return Verdict.TOO_LARGE;
        }
        if (mustProgress
                && waiting
                && System.nanoTime() - waitingSince > settings.patience().toNanos()) {
            return Verdict.TOO_SLOW;
        }
        return unwanted.getAsBoolean() ? Verdict.CANCELLED : Verdict.NONE;
    }

    /** What ended the worker. */
    private GatehouseException ended() {
        try {
            if (!process.waitFor(EXIT_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
            listening.join(EXIT_GRACE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The run was interrupted", e);
        }
        int exit = process.exitValue();
        String reading = reading();
        switch (verdict) {
            case CANCELLED -> {
                return new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The run was cancelled");
            }
            case TOO_LARGE -> {
                return new GatehouseException(
                        ErrorCode.OUT_OF_MEMORY,
                        "%s used more than its %,d MB of memory%s"
                                .formatted(subject, settings.memory() >> 20, reading));
            }
            case TOO_SLOW -> {
                return new GatehouseException(
                        ErrorCode.WORKER_ENDED,
                        "%s made no progress for %d seconds%s"
                                .formatted(subject, settings.patience().toSeconds(), reading));
            }
            case NONE -> {}
        }
        synchronized (outputTail) {
            LOG.warn("A worker ended with {}{}; its last output: {}", exit, reading, outputTail);
        }
        if (exit == OUT_OF_HEAP) {
            return new GatehouseException(
                    ErrorCode.OUT_OF_MEMORY, "%s ran out of memory%s".formatted(subject, reading));
        }
        return new GatehouseException(
                ErrorCode.WORKER_ENDED, "%s ended by %s%s".formatted(subject, how(exit), reading));
    }

    private static String how(int exit) {
        if (exit <= SIGNALLED) {
            return "itself with code " + exit;
        }
        int signal = exit - SIGNALLED;
        return "signal %d%s"
                .formatted(signal, SIGNALS.containsKey(signal) ? " (%s)".formatted(SIGNALS.get(signal)) : "");
    }

    private String reading() {
        return ReadingNote.read(note(scratch))
                .map(file -> "; what it read last is " + file.replaceAll("\\p{C}", "\uFFFD"))
                .orElse("");
    }

    /** Keeps the last of what it prints. */
    private void listen() {
        byte[] bytes = new byte[1024];
        try (InputStream printed = process.getErrorStream()) {
            for (int read = printed.read(bytes); read >= 0; read = printed.read(bytes)) {
                synchronized (outputTail) {
                    outputTail.append(new String(bytes, 0, read, StandardCharsets.UTF_8));
                    outputTail.delete(0, Math.max(0, outputTail.length() - OUTPUT_TAIL));
                }
            }
        } catch (IOException e) {
            LOG.debug("The worker's output cannot be read", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        delete(scratch);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes a directory and what is in it. */
    static void delete(Path directory) {
        try {
            DirectoryTree.delete(directory);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} cannot be removed", directory, e);
        }
    }
}
