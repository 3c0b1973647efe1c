package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import io.gatehouse.store.run.RunSummary;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of this server, from its start to its end; any thread may look at it and cancel it. */
final class HostedRun implements RunListener {
    /** How far a run has come. */
    enum State {
        WAITING,
        LOADING,
        RUNNING,
        COMPLETE,
        CANCELLED,
        FAILED;

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean ended() {
            return compareTo(COMPLETE) >= 0;
        }
    }

    /** What a run tells of itself, on the thread that computes it: whoever hears it must not keep that waiting. */
    interface Watcher {
        void moved(HostedRun run, State next);

        /** It got on, or committed a shard. */
        void gotOn(HostedRun run);
    }

    /** What the file said of the run, while it ran, when so many questions were committed. */
    private record Recorded(int questionsDone, RunSummary summary) {}

    private static final long BETWEEN_NEWS_NANOS = 250_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(HostedRun.class);

    private final String name;
    private final Watcher watcher;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile State state = State.WAITING;
    private volatile boolean unwanted;
    private volatile long lastNanos = Long.MAX_VALUE;
    private volatile @Nullable RunProgress progress;
    private volatile @Nullable GatehouseException failure;
    private volatile @Nullable Recorded recorded;
    private long toldAt;
    private volatile boolean committedSinceAsked;

    HostedRun(String name, Watcher watcher) {
        this.name = requireNonNull(name, "name is null");
        this.watcher = requireNonNull(watcher, "watcher is null");
    }

    String name() {
        return name;
    }

    State state() {
        return state;
    }

    /** Runs to the end, on the thread that calls, and closes the plan, of which nothing is kept. */
    void execute(RunPlan plan) {
        move(outcome(plan));
        end.countDown();
    }

    private State outcome(RunPlan plan) {
        try (plan) {
            if (unwanted) {
                return State.CANCELLED;
            }
            move(State.LOADING);
            plan.execute(this);
            return State.COMPLETE;
        } catch (GatehouseException e) {
            failure = e;
            return e.code() == ErrorCode.CANCELLED_BY_USER ? State.CANCELLED : State.FAILED;
        } catch (OutOfMemoryError e) {
            LOG.error("Run {} failed", name, e);
            failure = new GatehouseException(ErrorCode.OUT_OF_MEMORY, "The run took more memory than there is.", e);
            return State.FAILED;
        } catch (RuntimeException | Error e) {
            // An error too, such as a native library that is missing: else a client would see no reason at all.
            LOG.error("Run {} failed", name, e);
            failure = new GatehouseException(ErrorCode.INTERNAL_ERROR, "The run failed: %s.".formatted(e), e);
            return State.FAILED;
        }
    }

    private void move(State next) {
        state = next;
        watcher.moved(this, next);
    }

    /** Ends it soon; what is committed stays. */
    void cancel() {
        unwanted = true;
    }

    /** Ends it with the shard that it is at, or when its time is over. */
    void cancelAfterShard(Duration patience) {
        lastNanos = System.nanoTime() + patience.toNanos();
    }

    /** Whether it ended within the time. */
    boolean await(Duration patience) throws InterruptedException {
        return end.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void progress(RunProgress now) {
        RunProgress before = progress;
        boolean committed = before != null && now.questionsDone() > before.questionsDone();
        progress = now;
        committedSinceAsked |= committed && lastNanos != Long.MAX_VALUE;
        if (state == State.LOADING) {
            move(State.RUNNING);
        }
        if (committed || System.nanoTime() - toldAt >= BETWEEN_NEWS_NANOS) {
            toldAt = System.nanoTime();
            watcher.gotOn(this);
        }
    }

    /** Questions whose answers are committed, those of earlier tries included. */
    int questionsDone() {
        RunProgress now = progress;
        return now == null ? 0 : now.questionsDone();
    }

    /**
     * What the file says of it. While it runs, only a commit changes that: it is read once after each, since whoever
     * watches asks several times a second, and reading takes from the run.
     *
     * @param file finds runs by name
     */
    Optional<RunSummary> summary(Function<String, Optional<RunSummary>> file) {
        if (state != State.RUNNING) {
            return file.apply(name);
        }
        int done = questionsDone();
        Recorded last = recorded;
        if (last != null && last.questionsDone() == done) {
            return Optional.of(last.summary());
        }
        Optional<RunSummary> summary = file.apply(name);
        recorded = summary.map(now -> new Recorded(done, now)).orElse(null);
        return summary;
    }

    @Override
    public boolean cancelled() {
        boolean stopping = lastNanos != Long.MAX_VALUE && (committedSinceAsked || System.nanoTime() - lastNanos >= 0);
        return unwanted || stopping;
    }

    Optional<GatehouseException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Adds what the server knows and the file does not. */
    void describe(ObjectNode json) {
        json.put("name", name());
        json.put("status", state.id());
        RunProgress now = progress;
        if (now != null) {
            ObjectNode node = json.putObject("progress");
            node.put("share", now.share());
            node.put("questionsDone", now.questionsDone());
            node.put("questions", now.questions());
            node.put("tokensDone", now.tokensDone());
            node.put("tokens", now.tokens());
            node.put("tokensPerSecond", Math.round(now.tokensPerSecond()));
            node.put("elapsedSeconds", now.elapsed().toMillis() / 1000.0);
            node.put("shardsWaiting", now.writing().shardsWaiting());
            node.put("bytesWaiting", now.writing().bytesWaiting());
            node.put("activations", now.writing().activations());
            node.put("writingSeconds", now.writing().busy().toMillis() / 1000.0);
            now.timeLeft().ifPresent(left -> node.put("secondsLeft", left.toMillis() / 1000.0));
        }
        failure().filter(reason -> state == State.FAILED).ifPresent(reason -> {
            ObjectNode error = json.putObject("error");
            error.put("code", reason.code().name());
            error.put("detail", String.valueOf(reason.getMessage()));
        });
    }
}
