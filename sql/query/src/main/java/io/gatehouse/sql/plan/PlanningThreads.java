package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.LruCache;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.DialectHints;
import io.gatehouse.sql.parse.StatementText;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans statements in threads with a deep stack, with a deadline and a cache. Calcite cannot be stopped everywhere: a
 * statement that misses its deadline is abandoned, and its thread ends when Calcite does. The limits on statements keep
 * that short, and the number of threads is bounded.
 */
public final class PlanningThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlanningThreads.class);
    private static final long STACK_BYTES = 16L << 20;
    private static final int MAX_THREADS = 16;
    private static final int MAX_PLANS = 500;

    /** Longer plans are not cached, so that all plans together take at most 25 MB. */
    private static final int MAX_LENGTH_OF_A_PLAN = 50_000;

    private final Planner planner;
    /**
     * The plans that were used last. A plan depends only on its text, the catalog and the longest stored text, which its
     * key begins with.
     */
    private final LruCache<String, Plan> cache = new LruCache<>(MAX_PLANS);

    private final ThreadPoolExecutor threads;

    public PlanningThreads(Planner planner) {
        this.planner = requireNonNull(planner, "planner is null");
        this.threads = new ThreadPoolExecutor(
                0, MAX_THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), PlanningThreads::thread);
    }

    /** Plans a statement, unless its plan is cached. Errors are GatehouseExceptions. */
    public Plan plan(String sql, Duration timeout) {
        StatementText text = StatementText.of(requireNonNull(sql, "sql is null"));
        String key = planner.longestText() + " " + text.normal();
        return cache.find(key).orElseGet(() -> {
            Plan plan = within(timeout, () -> planned(text));
            keep(key, plan);
            return plan;
        });
    }

    /**
     * Caches a plan. A plan with a preface reports its planning time and is therefore not cached; saved queries may change.
     */
    private void keep(String key, Plan plan) {
        if (plan.preface().isEmpty()
                && !SavedRelations.mayBeUsedBy(key)
                && plan.sql().length() + key.length() <= MAX_LENGTH_OF_A_PLAN) {
            cache.put(key, plan);
        }
    }

    /** Runs in a planning thread, as what is wrong with a long statement takes time to explain, too. */
    private Plan planned(StatementText text) {
        try {
            return planner.plan(text);
        } catch (GatehouseException failure) {
            throw DialectHints.explain(failure, text);
        }
    }

    /** Plans statements in the background and forgets them, so that the planner's classes are loaded. */
    public void warmUp(List<String> statements) {
        List<StatementText> texts = statements.stream().map(StatementText::of).toList();
        threads.execute(() -> texts.forEach(planner::plan));
    }

    /** Runs a task that needs a deep stack; empty if it fails or exceeds its timeout. */
    public <T> Optional<T> attempt(Callable<T> task, Duration timeout) {
        try {
            return Optional.of(within(timeout, task));
        } catch (GatehouseException e) {
            return Optional.empty();
        }
    }

    private <T> T within(Duration timeout, Callable<T> task) {
        Future<T> planning = submit(task);
        try {
            return planning.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new GatehouseException(
                    ErrorCode.QUERY_TIMEOUT,
                    "Planning the statement took longer than %d ms: run it again when the machine is less busy, or divide it."
                            .formatted(timeout.toMillis()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } finally {
            planning.cancel(true);
        }
    }

    private <T> Future<T> submit(Callable<T> task) {
        try {
            return threads.submit(task);
        } catch (RejectedExecutionException e) {
            throw new GatehouseException(
                    ErrorCode.QUERY_BUSY, "%d statements are being planned already.".formatted(MAX_THREADS), e);
        }
    }

    /** Translates errors of the virtual machine and of Calcite. */
    static GatehouseException failure(Throwable cause) {
        if (cause instanceof GatehouseException ours) {
            return ours;
        }
        if (cause instanceof StackOverflowError) {
            return new GatehouseException(
                    ErrorCode.SQL_TOO_LARGE, "The statement is nested too deeply to be planned.", cause);
        }
        if (cause instanceof OutOfMemoryError) {
            LOG.error("There was not enough memory to plan a statement", cause);
            return new GatehouseException(
                    ErrorCode.OUT_OF_MEMORY, "There is not enough memory to plan the statement.", cause);
        }
        return isDefect(cause) ? defect(cause) : unsupported(cause);
    }

    /**
     * Whether this is a defect rather than a problem of the statement. Calcite reports unsupported statements by all
     * other exceptions.
     */
    private static boolean isDefect(Throwable cause) {
        return cause instanceof NullPointerException
                || cause instanceof LinkageError
                || cause instanceof VirtualMachineError;
    }

    private static GatehouseException defect(Throwable cause) {
        LOG.error("A statement could not be planned", cause);
        return new GatehouseException(
                ErrorCode.INTERNAL_ERROR,
                "The statement cannot be planned because of a defect (%s)."
                        .formatted(cause.getClass().getSimpleName()),
                cause);
    }

    /** Calcite's own message goes to the log only. */
    private static GatehouseException unsupported(Throwable cause) {
        LOG.warn("Calcite cannot plan a statement", cause);
        return new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, "This form of statement is not supported.", cause);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(null, work, "gatehouse-planner", STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
