package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.server.run.RunPlanner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Plans runs as another planner does, and takes down when each shard of them was committed and when it was heard of. */
final class CommitTimes implements RunPlanner {
    private final RunPlanner planner;
    private final NavigableMap<Integer, Long> nanosOfCommit = new ConcurrentSkipListMap<>();
    private final List<Duration> news = new ArrayList<>();
    private int heard;

    CommitTimes(RunPlanner planner) {
        this.planner = requireNonNull(planner, "planner is null");
    }

    @Override
    public RunPlan plan(RunRequest request) {
        return new WatchedPlan(planner.plan(request));
    }

    /** Somebody has just found that the run holds so many answers. */
    synchronized void heardOf(int questions) {
        long now = System.nanoTime();
        nanosOfCommit
                .subMap(heard, false, Math.max(heard, questions), true)
                .values()
                .forEach(committed -> news.add(Duration.ofNanos(now - committed)));
        heard = Math.max(heard, questions);
    }

    /** How long it took from each commit until it was heard of. */
    synchronized List<Duration> news() {
        return List.copyOf(news);
    }

    private final class WatchedPlan implements RunPlan {
        private final RunPlan plan;

        WatchedPlan(RunPlan plan) {
            this.plan = plan;
        }

        @Override
        public String name() {
            return plan.name();
        }

        @Override
        public RunOutcome execute(RunListener listener) {
            return plan.execute(new RunListener() {
                @Override
                public void progress(RunProgress progress) {
                    nanosOfCommit.putIfAbsent(progress.questionsDone(), System.nanoTime());
                    listener.progress(progress);
                }

                @Override
                public boolean cancelled() {
                    return listener.cancelled();
                }
            });
        }

        @Override
        public void close() {
            plan.close();
        }
    }
}
