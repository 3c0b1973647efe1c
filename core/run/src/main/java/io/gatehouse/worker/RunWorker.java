package io.gatehouse.worker;

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
    private final WorkerConnection worker;
    private final SourceNames sources;

    private RunWorker(WorkerConnection worker, Messages.Read order) {
        this.worker = worker;
        worker.order(order);
        this.sources = worker.next(Messages.Kind.SOURCES, SourceNames.class);
        worker.process().mustProgress(false);
    }

    /**
     * Starts a process and has it read what the run names, short of the weights.
     *
     * @throws GatehouseException what is wrong with them; WORKER_ENDED or OUT_OF_MEMORY if reading ended the process
     */
    public static RunWorker start(WorkerSettings settings, RunRequest request) {
        return WorkerConnection.start(
                settings,
                "The process that computes the run",
                worker -> new RunWorker(worker, new Messages.Read(request, settings.memory())));
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
        worker.process().endWhen(listener::cancelled);
        worker.order(Messages.Prepare.of(name, UnfinishedRun.find(store, name)));
        RunManifest manifest = manifest(name);
        return new RunRecording(store)
                .record(manifest, (shards, ids, receiver) -> compute(manifest, shards, ids, receiver), listener);
    }

    private RunManifest manifest(String name) {
        List<RunManifest.Entry> questions = new ArrayList<>();
        long room = RunRecording.room();
        while (true) {
            worker.allow(Math.min(PipeInput.MESSAGE_BYTES, room));
            switch (worker.next()) {
                case TOKENISING -> worker.process().mustProgress(true);
                case QUESTIONS -> {
                    questions.addAll(worker.json(Messages.Questions.class).entries());
                    room -= Math.min(PipeInput.MESSAGE_BYTES, room) - worker.allowed();
                }
                case PREPARED -> {
                    worker.process().mustProgress(false);
                    Messages.Prepared prepared = worker.json(Messages.Prepared.class);
                    if (!prepared.description().name().equals(name)) {
                        throw worker.unexpected("it prepared another run");
                    }
                    return new RunManifest(prepared.description(), questions, prepared.more(), prepared.growth());
                }
                default -> throw worker.unexpected("it did not prepare the run");
            }
        }
    }

    private void compute(RunManifest run, List<Integer> shards, int[] ids, ShardSource.Receiver receiver) {
        worker.order(new Messages.Compute(shards, ids));
        Set<Integer> expected = new HashSet<>(shards);
        while (true) {
            worker.allow(RunRecording.room());
            switch (worker.next()) {
                case LAYER_DONE -> receiver.layerDone(worker.number());
                case SHARD -> {
                    Shard shard = worker.shard();
                    requireAsked(run, ids, expected, shard);
                    give(shard, receiver);
                }
                case DONE -> {
                    if (!expected.isEmpty()) {
                        throw worker.unexpected("shards are missing");
                    }
                    return;
                }
                default -> throw worker.unexpected("it did not compute the run");
            }
        }
    }

    private void give(Shard shard, ShardSource.Receiver receiver) {
        try {
            receiver.computed(shard);
        } catch (IllegalArgumentException e) {
            throw worker.unexpected(String.valueOf(e.getMessage()));
        }
    }

    private void requireAsked(RunManifest run, int[] ids, Set<Integer> expected, Shard shard) {
        if (!expected.remove(shard.number())) {
            throw worker.unexpected("it sent shard %d, which was not requested".formatted(shard.number()));
        }
        Set<Integer> asked =
                run.shard(shard.number()).mapToObj(index -> ids[index]).collect(Collectors.toSet());
        Set<Integer> answered =
                shard.answers().stream().map(AnswerRow::questionId).collect(Collectors.toSet());
        if (!asked.equals(answered) || shard.answers().size() != asked.size()) {
            throw worker.unexpected("shard %d has answers to other questions".formatted(shard.number()));
        }
    }

    @Override
    public void close() {
        worker.close();
    }
}
