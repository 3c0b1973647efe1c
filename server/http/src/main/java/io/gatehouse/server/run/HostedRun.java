package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

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

    /** Hears of a run on the thread that computes it, and must not keep that waiting. */
    interface Listener {
        void moved(HostedRun run, State next);

        /** The run computed more tokens, or committed a shard. */
        void progressed(HostedRun run);
    }

    /** The run as the file had it when so many questions were committed. */
    private record Recorded(int questionsDone, RunSummary summary) {}

    private static final long BETWEEN_REPORTS_NANOS = 250_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(HostedRun.class);

    private final String name;
    private final Listener listener;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile State state = State.WAITING;
    private volatile boolean unwanted;
    private volatile long lastNanos = Long.MAX_VALUE;
    private volatile @Nullable RunProgress progress;
    private volatile @Nullable GatehouseException failure;
    private volatile @Nullable Recorded recorded;
    private long reportedAt;
    private volatile boolean committedSinceAsked;

    HostedRun(String name, Listener listener) {
        this.name = requireNonNull(name, "name is null");
        this.listener = requireNonNull(listener, "listener is null");
    }

    String name() {
        return name;
    }

    State state() {
        return state;
    }

    /** Runs to the end on the calling thread, and closes the plan. */
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
            // Errors too, such as a missing native library: otherwise a client would see no reason.
            LOG.error("Run {} failed", name, e);
            failure = new GatehouseException(ErrorCode.INTERNAL_ERROR, "The run failed: %s.".formatted(e), e);
            return State.FAILED;
        }
    }

    private void move(State next) {
        state = next;
        listener.moved(this, next);
    }

    /** Ends the run soon; what is committed stays. */
    void cancel() {
        unwanted = true;
    }

    /** Ends the run after its current shard, or when the time is over. */
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
        if (committed || System.nanoTime() - reportedAt >= BETWEEN_REPORTS_NANOS) {
            reportedAt = System.nanoTime();
            listener.progressed(this);
        }
    }

    /** Questions whose answers are committed, those of earlier tries included. */
    int questionsDone() {
        RunProgress now = progress;
        return now == null ? 0 : now.questionsDone();
    }

    /**
     * The run as the file has it. While it runs, only a commit changes that, so the file is read once after each: clients
     * ask several times a second, and reading slows the run.
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

    Optional<RunProgress> progress() {
        return Optional.ofNullable(progress);
    }

    Optional<GatehouseException> failure() {
        return Optional.ofNullable(failure);
    }
}
