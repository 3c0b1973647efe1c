package io.gatehouse.cli.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.cli.terminal.Report;
import io.gatehouse.client.ServedRun;
import io.gatehouse.client.Session;
import io.gatehouse.client.http.ServerRuns;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.UnfinishedRun;
import io.gatehouse.store.write.WritingProgress;
import io.gatehouse.study.RunFacts;
import io.gatehouse.study.Study;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run that a server does, watched from here. */
final class RemoteRun {
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final ServerRuns server;
    private final Session session;

    /** @param session asks the same server what the run recorded */
    RemoteRun(ServerRuns server, Session session) {
        this.server = requireNonNull(server, "server is null");
        this.session = requireNonNull(session, "session is null");
    }

    /**
     * Starts the run and waits for its end.
     *
     * @param request with paths that the server finds
     * @param listener asked as often as the server is; the run is cancelled if it says so
     */
    Report execute(RunRequest request, RunListener listener) {
        ServedRun run = follow(request, listener);
        if (run.isComplete()) {
            return report(run);
        }
        throw run.failure().orElseGet(() -> ended(run));
    }

    /** The server remembers why a run failed for a while only. */
    private static GatehouseException ended(ServedRun run) {
        return run.isCancelled()
                ? UnfinishedRun.cancelled(run.name(), run.answered(), run.questions())
                : new GatehouseException(
                        ErrorCode.INTERNAL_ERROR,
                        "The run is %s, for a reason the server did not give; the answers to %d of %d questions are kept. %s"
                                .formatted(
                                        run.status(),
                                        run.answered(),
                                        run.questions(),
                                        UnfinishedRun.resuming(run.name())));
    }

    private ServedRun follow(RunRequest request, RunListener listener) {
        try {
            return server.follow(request.toMap(), LOOK_EVERY, run -> {
                run.progress().ifPresent(progress -> listener.progress(progress(progress)));
                return !listener.cancelled();
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The run continues on the server.", e);
        }
    }

    private static RunProgress progress(ServedRun.Progress progress) {
        return new RunProgress(
                progress.questionsDone(),
                progress.questions(),
                progress.tokensDone(),
                progress.tokens(),
                progress.elapsed(),
                new WritingProgress(
                        progress.shardsWaiting(), progress.bytesWaiting(), progress.activations(), progress.writing()));
    }

    private Report report(ServedRun run) {
        Map<String, @Nullable Object> facts = Study.runs(session).stream()
                .filter(known -> known.runId() == run.runId())
                .findFirst()
                .map(RunFacts::data)
                .orElse(Map.of());
        return new Report()
                .figure("Run", run.name())
                .figure("Questions answered", run.answered())
                .figure("Questions skipped", Optional.ofNullable(facts.get("skipped_questions")))
                .figure("Prompts shortened", Optional.ofNullable(facts.get("shortened_prompts")))
                .figure("Accuracy", run.correct() / (double) Math.max(1, run.questions()))
                .figure("Mean accuracy by subject", run.meanAccuracyOfSubjects())
                .figure(
                        "Prompt tokens",
                        run.progress().map(ServedRun.Progress::tokens).orElse(0L))
                .figure(
                        "Seconds",
                        run.progress()
                                        .map(ServedRun.Progress::elapsed)
                                        .orElse(Duration.ZERO)
                                        .toMillis()
                                / 1000.0);
    }
}
