package io.gatehouse.worker;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunManifest;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.ShardSource;
import io.gatehouse.run.UnfinishedRun;
import io.gatehouse.store.write.Shard;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The process that has the file, from the view of the worker that it started. For one thread. */
public final class ParentProcess {
    /** Where a worker writes to: its standard output is for what native libraries print. */
    static final String MESSAGES = "/dev/fd/3";

    /** Of the questions that are sent together, about. */
    private static final int TOGETHER_LETTERS = 1 << 19;

    private static final Duration BETWEEN_SIGNS = Duration.ofMillis(100);

    private final PipeInput in;
    private final PipeOutput out;
    private long lastSign;
    private long memory;
    private String run = "";
    private Optional<UnfinishedRun> unfinished = Optional.empty();

    private ParentProcess(InputStream in, PipeOutput out) {
        this.in = new PipeInput(in);
        this.out = out;
    }

    /** The pipe to the owner is broken. */
    private static final class BrokenPipe extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenPipe(IOException cause) {
            super(cause);
        }
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
        ParentProcess parent = new ParentProcess(watched(orders), new PipeOutput(new FileOutputStream(MESSAGES)));
        try {
            Messages.Read order = parent.hear(Messages.Read.class);
            parent.memory = order.memory();
            work.execute(order.request(), parent);
        } catch (BrokenPipe e) {
            throw e;
        } catch (GatehouseException e) {
            parent.fail(e.code(), String.valueOf(e.getMessage()));
        } catch (OutOfMemoryError e) {
            parent.fail(ErrorCode.OUT_OF_MEMORY, "The run took more memory than it may: %s.".formatted(e.getMessage()));
        } catch (RuntimeException | Error e) {
            parent.fail(ErrorCode.INTERNAL_ERROR, "The run failed: %s.".formatted(e));
            throw e;
        }
    }

    /** Passes orders on, and ends the process where no more can come. */
    private static InputStream watched(InputStream orders) throws IOException {
        PipedInputStream passed = new PipedInputStream(1 << 16);
        PipedOutputStream passing = new PipedOutputStream(passed);
        DaemonThreads.start("gatehouse-owner", () -> {
            try (passing) {
                orders.transferTo(passing);
            } catch (IOException e) {
                // The owner is gone, or the work is done.
            }
            endWithOwner();
        });
        return passed;
    }

    /** Ends this process, whose owner is gone and could not remove its directory if it was killed. */
    static void endWithOwner() {
        try {
            Optional.ofNullable(System.getProperty(WorkerProcess.SCRATCH))
                    .ifPresent(scratch -> WorkerProcess.delete(Path.of(scratch)));
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    /** Says what the options name; the answer, when it comes, is to prepare the run. */
    public void found(SourceNames sources) {
        say(() -> {
            out.kind(Messages.Kind.SOURCES);
            out.json(sources);
        });
        Messages.Prepare order = hear(Messages.Prepare.class);
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
            say(() -> out.kind(Messages.Kind.TOKENISING));
        }
    }

    /** Sends the manifest, computes the requested shards, and sends them. */
    public void compute(RunManifest manifest, ShardSource source) {
        send(manifest);
        Messages.Compute order = hear(Messages.Compute.class);
        source.compute(order.shards(), order.questionIds(), new ShardSource.Receiver() {
            @Override
            public void layerDone(int tokens) {
                say(() -> {
                    out.kind(Messages.Kind.LAYER_DONE);
                    out.number(tokens);
                });
            }

            @Override
            public void computed(Shard shard) {
                say(() -> {
                    out.kind(Messages.Kind.SHARD);
                    out.shard(shard);
                });
            }
        });
        say(() -> out.kind(Messages.Kind.DONE));
    }

    private void send(RunManifest manifest) {
        List<RunManifest.Entry> together = new ArrayList<>();
        int letters = 0;
        for (RunManifest.Entry entry : manifest.questions()) {
            together.add(entry);
            letters += entry.question().text().length();
            if (letters >= TOGETHER_LETTERS || together.size() == 1000) {
                send(together);
                together.clear();
                letters = 0;
            }
        }
        if (!together.isEmpty()) {
            send(together);
        }
        say(() -> {
            out.kind(Messages.Kind.PREPARED);
            out.json(new Messages.Prepared(manifest.description(), manifest.more(), manifest.growth()));
        });
    }

    private void send(List<RunManifest.Entry> entries) {
        say(() -> {
            out.kind(Messages.Kind.QUESTIONS);
            out.json(new Messages.Questions(entries));
        });
    }

    private void fail(ErrorCode code, String message) {
        say(() -> {
            out.kind(Messages.Kind.FAILED);
            out.json(new Messages.Failed(code, message, true));
        });
    }

    private interface Saying {
        void say() throws IOException;
    }

    private void say(Saying words) {
        try {
            words.say();
            out.flush();
        } catch (IOException e) {
            throw new BrokenPipe(e);
        }
    }

    private <T> T hear(Class<T> order) {
        try {
            in.allow(Long.MAX_VALUE);
            return in.json(order);
        } catch (IOException e) {
            throw new BrokenPipe(e);
        }
    }
}
