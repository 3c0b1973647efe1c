package io.gatehouse.client.http;

import io.gatehouse.client.ServedRun;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The runs of a server. Errors of the server are thrown as they would be in this process. */
public final class ServerRuns {
    private static final String RUNS = "v1/runs";

    /** Requests in a row that may remain unanswered. */
    private static final int MAX_LOOKS = 10;

    private static final long PAUSE_MILLIS = 1_000;

    private final ServerApi server;

    /** @param token of the server, or the key in the file beside its database, whose owner may name any path */
    public ServerRuns(URI address, Optional<String> token) {
        this.server = new ServerApi(address, token);
    }

    /**
     * Starts a run. The server first reads its files, however long that takes.
     *
     * @param request the fields of {@code POST /v1/runs}
     */
    public ServedRun start(Map<String, Object> request) {
        return status(server.postWithoutTimeLimit(RUNS, request));
    }

    /**
     * Starts a run and polls it until it has ended.
     *
     * @param every time between two requests
     * @param seen receives each state of the run, and returns whether the run is to continue
     */
    public ServedRun follow(Map<String, Object> request, Duration every, Predicate<ServedRun> seen)
            throws InterruptedException {
        ServedRun run = findPatiently(start(request).name());
        boolean cancelled = false;
        while (true) {
            boolean wanted = seen.test(run);
            if (run.hasEnded()) {
                return run;
            }
            if (!wanted && !cancelled) {
                cancelled = true;
                cancel(run.name());
            }
            Thread.sleep(every.toMillis());
            run = findPatiently(run.name());
        }
    }

    /** A busy server may not answer in time; the run continues meanwhile. */
    private ServedRun findPatiently(String name) throws InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                return find(name);
            } catch (GatehouseException e) {
                if (e.code() != ErrorCode.CONNECTION_LOST || tries == MAX_LOOKS) {
                    throw e;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    public ServedRun find(String name) {
        return status(server.get(path(name)));
    }

    /** Asks to end a run; what is committed stays. */
    public void cancel(String name) {
        server.post(path(name) + "/cancel", Map.of());
    }

    /**
     * Changes a run that has ended.
     *
     * @param changes the fields of {@code PATCH /v1/runs/{name}}
     */
    public ServedRun edit(String name, Map<String, Object> changes) {
        return status(server.patch(path(name), changes));
    }

    /** Deletes a run that has ended. */
    public void delete(String name) {
        server.delete(path(name));
    }

    private static String path(String name) {
        return RUNS + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static ServedRun status(Map<String, Object> run) {
        return new ServedRun(
                JsonFields.number(run, "runId").intValue(),
                JsonFields.text(run, "name"),
                JsonFields.text(run, "status"),
                JsonFields.number(run, "questions").intValue(),
                JsonFields.number(run, "answered").intValue(),
                JsonFields.number(run, "correct").intValue(),
                JsonFields.number(run, "meanAccuracyOfSubjects").doubleValue(),
                run.get("progress") instanceof Map<?, ?> progress ? Optional.of(progress(progress)) : Optional.empty(),
                run.get("error") instanceof Map<?, ?> error ? Optional.of(failure(error)) : Optional.empty());
    }

    private static GatehouseException failure(Map<?, ?> error) {
        return ServerApi.refused(500, error);
    }

    private static ServedRun.Progress progress(Map<?, ?> progress) {
        return new ServedRun.Progress(
                JsonFields.number(progress, "questionsDone").intValue(),
                JsonFields.number(progress, "questions").intValue(),
                JsonFields.number(progress, "tokensDone").longValue(),
                JsonFields.number(progress, "tokens").longValue(),
                seconds(progress, "elapsedSeconds"),
                JsonFields.number(progress, "shardsWaiting").intValue(),
                JsonFields.number(progress, "bytesWaiting").longValue(),
                JsonFields.number(progress, "activations").longValue(),
                seconds(progress, "writingSeconds"));
    }

    private static Duration seconds(Map<?, ?> json, String field) {
        return Duration.ofMillis(Math.round(JsonFields.number(json, field).doubleValue() * 1000));
    }
}
