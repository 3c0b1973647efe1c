package io.gatehouse.worker;

import static java.util.Objects.requireNonNull;

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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of a worker: started nice to this one, watched, ended when it takes too much, and gone when it is closed.
 * Whatever ends it is one error that says what it was reading.
 */
final class WorkerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(25);
    private static final Duration LAST_GASP = Duration.ofSeconds(10);
    private static final int LAST_WORDS = 4096;
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
     * Words come by a descriptor of their own, since native libraries print to standard output. The system is to take
     * this process before others when memory is short, queries are to have the cores first, and nothing is to be left.
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
    private final Path scratch;
    private final Process process;
    private final ProcessMemory memory;
    private final StringBuilder lastWords = new StringBuilder();
    private final Thread listening;
    private volatile BooleanSupplier unwanted = () -> false;
    private volatile boolean mustGetOn = true;
    private volatile long waitingSince = System.nanoTime();
    private volatile boolean waiting;
    private volatile Verdict verdict = Verdict.NONE;

    private WorkerProcess(WorkerSettings settings, Path scratch, Process process) {
        this.settings = settings;
        this.scratch = scratch;
        this.process = process;
        this.memory = ProcessMemory.of(process.pid());
        this.listening = daemon(this::listen, "gatehouse-worker-words");
        daemon(this::watch, "gatehouse-worker-watch");
    }

    static WorkerProcess start(WorkerSettings settings) {
        try {
            Path scratch = Files.createTempDirectory("gatehouse-worker");
            try {
                return new WorkerProcess(settings, scratch, new ProcessBuilder(command(settings, scratch)).start());
            } catch (IOException e) {
                delete(scratch);
                throw e;
            }
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR, "No process can be started for the run: %s".formatted(e.getMessage()), e);
        }
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

    InputStream words() {
        return process.getInputStream();
    }

    /** Ends the worker when this says so. */
    void endWhen(BooleanSupplier condition) {
        unwanted = condition;
    }

    /** Whether it has its time only until it says something, or any. */
    void mustGetOn(boolean must) {
        mustGetOn = must;
    }

    /** Exchanges something with the worker, whose time runs meanwhile. */
    <T> T exchange(Exchange<T> exchange) {
        waitingSince = System.nanoTime();
        waiting = true;
        try {
            return exchange.exchange();
        } catch (PipeInput.Malformed | com.fasterxml.jackson.core.JacksonException e) {
            LOG.warn("A worker sends what it should not", e);
            throw new GatehouseException(
                    ErrorCode.WORKER_ENDED,
                    "The process that computes the run does not keep to its protocol%s".formatted(reading()),
                    e);
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
        if (mustGetOn
                && waiting
                && System.nanoTime() - waitingSince > settings.patience().toNanos()) {
            return Verdict.TOO_SLOW;
        }
        return unwanted.getAsBoolean() ? Verdict.CANCELLED : Verdict.NONE;
    }

    /** What ended the worker. */
    private GatehouseException ended() {
        try {
            if (!process.waitFor(LAST_GASP.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
            listening.join(LAST_GASP.toMillis());
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
                        "The process that computes the run took more than the %,d MB that it may%s"
                                .formatted(settings.memory() >> 20, reading));
            }
            case TOO_SLOW -> {
                return new GatehouseException(
                        ErrorCode.WORKER_ENDED,
                        "The process that computes the run did not get on for %d seconds%s"
                                .formatted(settings.patience().toSeconds(), reading));
            }
            case NONE -> {}
        }
        synchronized (lastWords) {
            LOG.warn("A worker ended with {}{}; its last words: {}", exit, reading, lastWords);
        }
        if (exit == OUT_OF_HEAP) {
            return new GatehouseException(
                    ErrorCode.OUT_OF_MEMORY,
                    "The process that computes the run ran out of memory%s".formatted(reading));
        }
        return new GatehouseException(
                ErrorCode.WORKER_ENDED,
                "The process that computes the run ended by %s%s".formatted(how(exit), reading));
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
                synchronized (lastWords) {
                    lastWords.append(new String(bytes, 0, read, StandardCharsets.UTF_8));
                    lastWords.delete(0, Math.max(0, lastWords.length() - LAST_WORDS));
                }
            }
        } catch (IOException e) {
            LOG.debug("The worker's words are not heard", e);
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
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} cannot be removed", directory, e);
        }
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(requireNonNull(work, "work is null"), name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
