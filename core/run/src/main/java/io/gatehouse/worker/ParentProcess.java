package io.gatehouse.worker;

import io.gatehouse.run.RunManifest;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.ShardSource;
import io.gatehouse.run.UnfinishedRun;
import io.gatehouse.store.write.Shard;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The process that has the file, from the view of the {@link RunWorker} that it started. For one thread. */
public final class ParentProcess {
    /** Of the questions that are sent together, about. */
    private static final int TOGETHER_LETTERS = 1 << 19;

    private static final Duration BETWEEN_SIGNS = Duration.ofMillis(100);

    private final OwnerConnection owner;
    private final long memory;
    private long lastSign;
    private String run = "";
    private Optional<UnfinishedRun> unfinished = Optional.empty();

    private ParentProcess(OwnerConnection owner, long memory) {
        this.owner = owner;
        this.memory = memory;
    }

    /** The work of a worker. */
    public interface Work {
        void execute(RunRequest request, ParentProcess parent);
    }

    /**
     * Does the work that the process which started this one requests, and reports errors to it. This process ends with its
     * owner at any time.
     */
    public static void serve(InputStream orders, Work work) throws IOException {
        OwnerConnection owner = new OwnerConnection(orders);
        owner.report("The run", () -> {
            Messages.Read order = owner.next(Messages.Read.class);
            work.execute(order.request(), new ParentProcess(owner, order.memory()));
        });
    }

    /** Says what the options name; the answer, when it comes, is to prepare the run. */
    public void found(SourceNames sources) {
        owner.send(Messages.Kind.SOURCES, sources);
        Messages.Prepare order = owner.next(Messages.Prepare.class);
        run = order.name();
        unfinished = order.unfinished();
    }

    /** Bytes that this process may take. */
    public long memory() {
        return memory;
    }

    /** The name of the run. */
    public String run() {
        return run;
    }

    /** The run that is resumed. */
    public Optional<UnfinishedRun> unfinished() {
        return unfinished;
    }

    /** The model is loaded, and prompts are made: called again for each, as a sign of progress. */
    public void tokenising() {
        long now = System.nanoTime();
        if (lastSign == 0 || now - lastSign > BETWEEN_SIGNS.toNanos()) {
            lastSign = now;
            owner.send(Messages.Kind.TOKENISING);
        }
    }

    /** Sends the manifest, computes the requested shards, and sends them. */
    public void compute(RunManifest manifest, ShardSource source) {
        send(manifest);
        Messages.Compute order = owner.next(Messages.Compute.class);
        source.compute(order.shards(), order.questionIds(), new ShardSource.Receiver() {
            @Override
            public void layerDone(int tokens) {
                owner.send(pipe -> {
                    pipe.kind(Messages.Kind.LAYER_DONE);
                    pipe.number(tokens);
                });
            }

            @Override
            public void computed(Shard shard) {
                owner.send(pipe -> {
                    pipe.kind(Messages.Kind.SHARD);
                    pipe.shard(shard);
                });
            }
        });
        owner.send(Messages.Kind.DONE);
    }

    private void send(RunManifest manifest) {
        List<RunManifest.Entry> together = new ArrayList<>();
        int letters = 0;
        for (RunManifest.Entry entry : manifest.questions()) {
            together.add(entry);
            letters += entry.question().text().length();
            if (letters >= TOGETHER_LETTERS || together.size() == 1000) {
                owner.send(Messages.Kind.QUESTIONS, new Messages.Questions(together));
                together.clear();
                letters = 0;
            }
        }
        if (!together.isEmpty()) {
            owner.send(Messages.Kind.QUESTIONS, new Messages.Questions(together));
        }
        owner.send(
                Messages.Kind.PREPARED,
                new Messages.Prepared(manifest.description(), manifest.more(), manifest.growth()));
    }
}
