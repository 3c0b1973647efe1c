package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.FileFailure;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.Problem;
import io.gatehouse.server.query.QuerySnapshot;
import io.gatehouse.server.run.RunSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a server: a line of JSON for its start and its stop, for each query that ended and for each change of a run.
 * It tells which, when, how much and how long, but neither statements nor results.
 */
final class ServerLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLog.class);

    private record ServerStarted(Instant time, String event, String uri, String database, String version) {}

    private record ServerStopped(Instant time, String event) {}

    /** The error is logged by its code only, because its message may hold values. */
    private record QueryEnded(
            Instant time,
            String event,
            String queryId,
            QuerySnapshot.State state,
            String format,
            long rows,
            double elapsedMs,
            Optional<String> code) {}

    private record RunChanged(
            Instant time,
            String event,
            String name,
            String status,
            Optional<Integer> answered,
            Optional<Integer> questions,
            Optional<String> code) {}

    private final OutputStream out;
    private final Map<String, String> runs = new HashMap<>();

    private ServerLog(OutputStream out) {
        this.out = requireNonNull(out, "out is null");
    }

    /** A log that is appended to a file, or none. */
    static ServerLog of(Optional<Path> file) {
        return new ServerLog(file.map(ServerLog::append).orElseGet(OutputStream::nullOutputStream));
    }

    private static OutputStream append(Path file) {
        try {
            return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    void started(String uri, ServerSettings settings, Path database) {
        write(new ServerStarted(
                Instant.now(), "server-started", uri, String.valueOf(database.getFileName()), settings.version()));
    }

    void stopped() {
        write(new ServerStopped(Instant.now(), "server-stopped"));
    }

    /** Logs an event if it is the end of a query or a change of a run. */
    void log(Record event) {
        if (event instanceof QuerySnapshot query && query.state().hasEnded()) {
            write(new QueryEnded(
                    Instant.now(),
                    "query-ended",
                    query.queryId(),
                    query.state(),
                    query.format(),
                    query.rows(),
                    query.elapsedMs(),
                    query.error().map(Problem.Reason::code)));
        } else if (event instanceof RunSnapshot run && changed(run.name(), run.status())) {
            write(new RunChanged(
                    Instant.now(),
                    "run-" + run.status(),
                    run.name(),
                    run.status(),
                    run.answered(),
                    run.questions(),
                    run.error().map(Problem.Reason::code)));
        }
    }

    private synchronized boolean changed(String run, String status) {
        return !status.equals(runs.put(run, status));
    }

    private synchronized void write(Record line) {
        try {
            // In one piece, for programs that follow the file.
            out.write((Json.string(line) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.warn("The log cannot be written: {}", e.toString());
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            LOG.warn("The log cannot be closed: {}", e.toString());
        }
    }
}
