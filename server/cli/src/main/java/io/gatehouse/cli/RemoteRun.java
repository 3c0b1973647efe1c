package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import io.gatehouse.store.WritingProgress;
import java.time.Duration;
import java.util.Map;

/** A run that a server does, watched from here. */
final class RemoteRun {
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final ServerClient server;

    RemoteRun(ServerClient server) {
        this.server = requireNonNull(server, "server is null");
    }

    /**
     * Starts the run and waits for its end.
     *
     * @param options as {@code POST /v1/runs} takes them
     * @param listener asked as often as the server is; the run is cancelled if it says so
     */
    Report execute(Map<String, String> options, RunListener listener) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        options.forEach(body::put);
        String path = "v1/runs/"
                + ServerClient.segment(server.post("v1/runs", body).path("name").asText());
        boolean asked = false;
        while (true) {
            JsonNode run = server.get(path);
            tell(run.path("progress"), listener);
            switch (run.path("status").asText()) {
                case "complete" -> {
                    return report(run);
                }
                case "cancelled" ->
                    throw new GatehouseException(
                            ErrorCode.CANCELLED_BY_USER,
                            "The run was cancelled; the answers to %d of %d questions are kept"
                                    .formatted(
                                            run.path("answered").asInt(),
                                            run.path("questions").asInt()));
                case "failed" -> throw failure(run.path("error"));
                default -> pause();
            }
            if (!asked && listener.cancelled()) {
                server.post(path + "/cancel", JsonNodeFactory.instance.objectNode());
                asked = true;
            }
        }
    }

    private static void tell(JsonNode progress, RunListener listener) {
        if (progress.isObject()) {
            listener.progress(new RunProgress(
                    progress.path("questionsDone").asInt(),
                    progress.path("questions").asInt(),
                    progress.path("tokensDone").asLong(),
                    progress.path("tokens").asLong(),
                    seconds(progress.path("elapsedSeconds")),
                    new WritingProgress(
                            progress.path("shardsWaiting").asInt(),
                            progress.path("bytesWaiting").asLong(),
                            progress.path("activations").asLong(),
                            seconds(progress.path("writingSeconds")))));
        }
    }

    private static Duration seconds(JsonNode node) {
        return Duration.ofMillis(Math.round(node.asDouble() * 1000));
    }

    private static Report report(JsonNode run) {
        JsonNode progress = run.path("progress");
        double questions = Math.max(1, run.path("questions").asInt());
        return new Report()
                .figure("Run", run.path("name").asText())
                .figure("Questions answered", run.path("answered").asInt())
                .figure("Accuracy", run.path("correct").asInt() / questions)
                .figure(
                        "Mean accuracy of subjects",
                        run.path("meanAccuracyOfSubjects").asDouble())
                .figure("Prompt tokens", progress.path("tokens").asLong())
                .figure("Seconds", progress.path("elapsedSeconds").asDouble());
    }

    private static GatehouseException failure(JsonNode error) {
        return new GatehouseException(
                ServerClient.code(error, ErrorCode.INTERNAL_ERROR),
                error.path("detail").asText());
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The run goes on without being watched.", e);
        }
    }
}
