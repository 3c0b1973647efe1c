package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.run.RunProgress;
import io.gatehouse.server.http.Problem;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run at one moment, as clients see it. A run that waits has no row in the file yet, and so fewer fields. */
public record RunSnapshot(
        Optional<Integer> runId,
        String name,
        Optional<String> model,
        @JsonField("Name of the quiz.") Optional<String> quiz,
        @JsonField("Tokens whose routing is recorded.") Optional<String> recorded,

        @JsonField(values = {"waiting", "loading", "running", "complete", "cancelled", "failed", "interrupted"})
        String status,

        @JsonField("Questions to answer.") Optional<Integer> questions,
        @JsonField("Questions whose answers are committed.") Optional<Integer> answered,
        @JsonField("Correct answers among them.") Optional<Integer> correct,
        Optional<Instant> startedAt,
        @Nullable Instant finishedAt,

        @JsonField("Time of computing of a run that has ended, without pauses before it was resumed.")
        Optional<Double> computeSeconds,

        @JsonField("Mean of the accuracies of subjects, of a complete run.")
        Optional<Double> meanAccuracyOfSubjects,

        @JsonField("While it runs, and as long as the server remembers it.")
        Optional<Progress> progress,

        @JsonField("Why it failed.") Optional<Problem.Reason> error) {
    /** How far a run has come. */
    public record Progress(
            @JsonField(value = "Share of the tokens that are computed.", minimum = 0, maximum = 1)
            double share,

            @JsonField("Questions whose answers are committed.")
            int questionsDone,

            int questions,
            @JsonField("Prompt tokens computed.") long tokensDone,
            long tokens,
            long tokensPerSecond,
            double elapsedSeconds,
            @JsonField("Shards that wait to be written.") int shardsWaiting,
            long bytesWaiting,
            @JsonField("Activations written.") long activations,
            double writingSeconds,
            @JsonField("An estimate, once there is one.") Optional<Double> secondsLeft) {
        private static Progress of(RunProgress now) {
            return new Progress(
                    now.share(),
                    now.questionsDone(),
                    now.questions(),
                    now.tokensDone(),
                    now.tokens(),
                    Math.round(now.tokensPerSecond()),
                    seconds(now.elapsed()),
                    now.writing().shardsWaiting(),
                    now.writing().bytesWaiting(),
                    now.writing().activations(),
                    seconds(now.writing().busy()),
                    now.timeLeft().map(Progress::seconds));
        }

        private static double seconds(Duration duration) {
            return duration.toMillis() / 1000.0;
        }
    }

    public RunSnapshot {
        requireNonNull(name, "name is null");
        requireNonNull(status, "status is null");
    }

    /**
     * A run from what is known of it.
     *
     * @param stored what the file holds
     * @param hosted the run in this server, which knows more than the file while it runs
     * @param mean accuracy of subjects
     */
    static RunSnapshot of(String name, Optional<RunSummary> stored, Optional<HostedRun> hosted, Optional<Double> mean) {
        return new RunSnapshot(
                stored.map(RunSummary::runId),
                name,
                stored.map(RunSummary::model),
                stored.map(RunSummary::quiz),
                stored.map(run -> run.scope().id()),
                hosted.map(run -> run.state().id())
                        .or(() -> stored.map(RunSnapshot::recordedStatus))
                        .orElseThrow(),
                stored.map(RunSummary::questions),
                stored.map(RunSummary::answered),
                stored.map(RunSummary::correct),
                stored.map(RunSummary::startedAt),
                stored.flatMap(RunSummary::finishedAt).orElse(null),
                stored.flatMap(RunSummary::computeSeconds),
                mean,
                hosted.flatMap(run -> run.progress()).map(Progress::of),
                hosted.filter(run -> run.state() == HostedRun.State.FAILED)
                        .flatMap(HostedRun::failure)
                        .map(Problem.Reason::of));
    }

    /** Nobody but this server writes the file: a run that is unfinished and not here was killed. */
    private static String recordedStatus(RunSummary run) {
        return run.status() == RunStatus.RUNNING ? "interrupted" : run.status().id();
    }

    RunSnapshot withStatus(String next) {
        return new RunSnapshot(
                runId,
                name,
                model,
                quiz,
                recorded,
                next,
                questions,
                answered,
                correct,
                startedAt,
                finishedAt,
                computeSeconds,
                meanAccuracyOfSubjects,
                progress,
                error);
    }
}
