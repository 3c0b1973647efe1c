package io.gatehouse.worker;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunManifest;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRecording;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.ShardSource;
import io.gatehouse.run.UnfinishedRun;
import io.gatehouse.store.Store;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.Shard;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A process that reads and computes one run, from the view of the process that has the file. Checks everything that the
 * worker sends. For one thread.
 */
public final class RunWorker implements AutoCloseable {
    private final WorkerProcess process;
    private final PipeOutput out;
    private final PipeInput in;
    private final SourceNames sources;

    private RunWorker(WorkerProcess process, Messages.Read order) {
        this.process = process;
        this.out = new PipeOutput(process.orders());
        this.in = new PipeInput(process.messages());
        tell(order);
        require(Messages.Kind.SOURCES, next());
        this.sources = json(SourceNames.class);
        process.mustProgress(false);
    }

    /**
     * Starts a process and has it read what the run names, short of the weights.
     *
     * @throws GatehouseException what is wrong with them; WORKER_ENDED or OUT_OF_MEMORY if reading ended the process
     */
    public static RunWorker start(WorkerSettings settings, RunRequest request) {
        WorkerProcess process = WorkerProcess.start(settings, "The process that computes the run");
        try {
            return new RunWorker(process, new Messages.Read(request, settings.memory()));
        } catch (RuntimeException | Error e) {
            process.close();
            throw e;
        }
    }

    /** What the options name. */
    public SourceNames sources() {
        return sources;
    }

    /**
     * Loads the model and runs, into the file; a worker does that once.
     *
     * @param name of the run
     */
    public RunOutcome execute(String name, Store store, RunListener listener) {
        process.endWhen(listener::cancelled);
        tell(Messages.Prepare.of(name, UnfinishedRun.find(store, name)));
        RunManifest manifest = manifest(name);
        return new RunRecording(store)
                .record(manifest, (shards, ids, receiver) -> compute(manifest, shards, ids, receiver), listener);
    }

    private RunManifest manifest(String name) {
        List<RunManifest.Entry> questions = new ArrayList<>();
        long room = RunRecording.room();
        while (true) {
            in.allow(Math.min(PipeInput.MESSAGE_BYTES, room));
            switch (next()) {
                case TOKENISING -> process.mustProgress(true);
                case QUESTIONS -> {
                    questions.addAll(json(Messages.Questions.class).entries());
                    room -= Math.min(PipeInput.MESSAGE_BYTES, room) - in.allowed();
                }
                case PREPARED -> {
                    process.mustProgress(false);
                    Messages.Prepared prepared = json(Messages.Prepared.class);
                    if (!prepared.description().name().equals(name)) {
                        throw strange("it prepared another run");
                    }
                    return new RunManifest(prepared.description(), questions, prepared.more(), prepared.growth());
                }
                default -> throw strange("it did not prepare the run");
            }
        }
    }

    private void compute(RunManifest run, List<Integer> shards, int[] ids, ShardSource.Receiver receiver) {
        tell(new Messages.Compute(shards, ids));
        Set<Integer> expected = new HashSet<>(shards);
        while (true) {
            in.allow(RunRecording.room());
            switch (next()) {
                case LAYER_DONE -> receiver.layerDone(process.exchange(in::number));
                case SHARD -> {
                    Shard shard = process.exchange(in::shard);
                    requireAsked(run, ids, expected, shard);
                    give(shard, receiver);
                }
                case DONE -> {
                    if (!expected.isEmpty()) {
                        throw strange("shards are missing");
                    }
                    return;
                }
                default -> throw strange("it did not compute the run");
            }
        }
    }

    private void give(Shard shard, ShardSource.Receiver receiver) {
        try {
            receiver.computed(shard);
        } catch (IllegalArgumentException e) {
            throw strange(String.valueOf(e.getMessage()));
        }
    }

    private static void requireAsked(RunManifest run, int[] ids, Set<Integer> expected, Shard shard) {
        if (!expected.remove(shard.number())) {
            throw strange("it sent shard %d, which was not requested".formatted(shard.number()));
        }
        Set<Integer> asked =
                run.shard(shard.number()).mapToObj(index -> ids[index]).collect(Collectors.toSet());
        Set<Integer> answered =
                shard.answers().stream().map(AnswerRow::questionId).collect(Collectors.toSet());
        if (!asked.equals(answered) || shard.answers().size() != asked.size()) {
            throw strange("shard %d has answers to other questions".formatted(shard.number()));
        }
    }

    /** The kind of the next message; throws if that is an error. */
    private Messages.Kind next() {
        Messages.Kind kind = process.exchange(in::kind);
        if (kind != Messages.Kind.FAILED) {
            return kind;
        }
        Messages.Failed failed = json(Messages.Failed.class);
        throw failed.error();
    }

    private static void require(Messages.Kind expected, Messages.Kind kind) {
        if (kind != expected) {
            throw strange("it sent %s before %s".formatted(kind, expected));
        }
    }

    private <T> T json(Class<T> type) {
        return requireNonNull(process.exchange(() -> in.json(type)), "nothing is said");
    }

    private void tell(Object order) {
        process.exchange(() -> {
            out.json(order);
            out.flush();
            return order;
        });
    }

    private static GatehouseException strange(String what) {
        return new GatehouseException(
                ErrorCode.WORKER_ENDED, "The process that computes the run sent something unexpected: " + what);
    }

    @Override
    public void close() {
        process.close();
    }
}
