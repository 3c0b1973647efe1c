package io.gatehouse.worker;

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

/** The process that has the file, as the worker that it started sees it. For one thread. */
public final class Owner {
    /** Where a worker writes to: its standard output is for what native libraries print. */
    private static final String WORDS = "/dev/fd/3";

    /** Of the questions that are sent together, about. */
    private static final int TOGETHER_LETTERS = 1 << 19;

    private static final Duration BETWEEN_SIGNS = Duration.ofMillis(100);

    private final PipeInput in;
    private final PipeOutput out;
    private long lastSign;
    private long memory;
    private String run = "";
    private Optional<UnfinishedRun> unfinished = Optional.empty();

    private Owner(InputStream in, PipeOutput out) {
        this.in = new PipeInput(in);
        this.out = out;
    }

    /** The owner does not hear, or says nothing any more. */
    private static final class Silence extends RuntimeException {
        private static final long serialVersionUID = 1;

        Silence(IOException cause) {
            super(cause);
        }
    }

    /** What a worker does with the run that it is asked for. */
    public interface Work {
        void execute(RunRequest request, Owner owner);
    }

    /**
     * Does what the process that started this one asks for, and tells it what went wrong. This process ends with its
     * owner, whatever it is at.
     */
    public static void serve(InputStream orders, Work work) throws IOException {
        Owner owner = new Owner(watched(orders), new PipeOutput(new FileOutputStream(WORDS)));
        try {
            Order.Read order = owner.hear(Order.Read.class);
            owner.memory = order.memory();
            work.execute(order.request(), owner);
        } catch (Silence e) {
            throw e;
        } catch (GatehouseException e) {
            owner.fail(e.code(), String.valueOf(e.getMessage()));
        } catch (OutOfMemoryError e) {
            owner.fail(ErrorCode.OUT_OF_MEMORY, "The run took more memory than it may: %s.".formatted(e.getMessage()));
        } catch (RuntimeException | Error e) {
            owner.fail(ErrorCode.INTERNAL_ERROR, "The run failed: %s.".formatted(e));
            throw e;
        }
    }

    /** Passes orders on, and ends the process where no more can come. */
    private static InputStream watched(InputStream orders) throws IOException {
        PipedInputStream passed = new PipedInputStream(1 << 16);
        PipedOutputStream passing = new PipedOutputStream(passed);
        Thread thread = new Thread(
                () -> {
                    try (passing) {
                        orders.transferTo(passing);
                    } catch (IOException e) {
                        // The owner is gone, or the work is done.
                    }
                    try {
                        // An owner that was killed cannot remove it.
                        Optional.ofNullable(System.getProperty(WorkerProcess.SCRATCH))
                                .ifPresent(scratch -> WorkerProcess.delete(Path.of(scratch)));
                    } finally {
                        Runtime.getRuntime().halt(1);
                    }
                },
                "gatehouse-owner");
        thread.setDaemon(true);
        thread.start();
        return passed;
    }

    /** Says what the options name; the answer, when it comes, is to prepare the run. */
    public void found(Sources sources) {
        say(() -> {
            out.kind(Word.Kind.SOURCES);
            out.json(sources);
        });
        Order.Prepare order = hear(Order.Prepare.class);
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

    /** What the run goes on with. */
    public Optional<UnfinishedRun> unfinished() {
        return unfinished;
    }

    /** The model is loaded, and prompts are made: called again for each, as a sign that the work gets on. */
    public void tokenising() {
        long now = System.nanoTime();
        if (lastSign == 0 || now - lastSign > BETWEEN_SIGNS.toNanos()) {
            lastSign = now;
            say(() -> out.kind(Word.Kind.TOKENISING));
        }
    }

    /** Sends the manifest, computes the shards that are asked for, and sends them. */
    public void compute(RunManifest manifest, ShardSource source) {
        send(manifest);
        Order.Compute order = hear(Order.Compute.class);
        source.compute(order.shards(), order.questionIds(), new ShardSource.Receiver() {
            @Override
            public void layerDone(int tokens) {
                say(() -> {
                    out.kind(Word.Kind.LAYER_DONE);
                    out.number(tokens);
                });
            }

            @Override
            public void computed(Shard shard) {
                say(() -> {
                    out.kind(Word.Kind.SHARD);
                    out.shard(shard);
                });
            }
        });
        say(() -> out.kind(Word.Kind.DONE));
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
            out.kind(Word.Kind.PREPARED);
            out.json(new Word.Prepared(manifest.description(), manifest.more(), manifest.growth()));
        });
    }

    private void send(List<RunManifest.Entry> entries) {
        say(() -> {
            out.kind(Word.Kind.QUESTIONS);
            out.json(new Word.Questions(entries));
        });
    }

    private void fail(ErrorCode code, String message) {
        say(() -> {
            out.kind(Word.Kind.FAILED);
            out.json(new Word.Failed(code, message));
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
            throw new Silence(e);
        }
    }

    private <T> T hear(Class<T> order) {
        try {
            in.allow(Long.MAX_VALUE);
            return in.json(order);
        } catch (IOException e) {
            throw new Silence(e);
        }
    }
}
