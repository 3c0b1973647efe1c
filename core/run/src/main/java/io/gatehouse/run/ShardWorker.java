package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.ShardFiles;
import io.gatehouse.store.write.Shard;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * The model of a run on one of several machines. May be asked by several threads: one shard is computed at a time, and
 * those before it are written meanwhile.
 */
public final class ShardWorker implements AutoCloseable {
    private final RunTerms terms;
    private final Checkpoint checkpoint;
    private final Engine engine;
    private final PromptEncoder encoder;
    private final ShardRunner runner;

    private ShardWorker(RunTerms terms, Checkpoint checkpoint, Engine engine, PromptEncoder encoder) {
        this.terms = terms;
        this.checkpoint = checkpoint;
        this.engine = engine;
        this.encoder = encoder;
        this.runner = new ShardRunner(
                engine,
                encoder.tokenizer(),
                encoder.scorer(terms.mostChoices()),
                terms.description().recording());
    }

    /**
     * Loads the model.
     *
     * @throws GatehouseException INVALID_ARGUMENT if the checkpoint that this machine has under the name is another
     *     one; what opening and loading it throw
     */
    public static ShardWorker open(RunTerms terms) {
        requireNonNull(terms, "terms is null");
        Checkpoint checkpoint = Checkpoint.open(Path.of(terms.checkpoint()));
        try {
            requireSame(terms, checkpoint);
            PromptEncoder encoder = PromptEncoder.open(checkpoint, terms.conversation(), terms.begun(), terms.date());
            try {
                Engine engine = Engine.loadAsAsked(
                        checkpoint, RunRequest.of(terms.request()).engineOptions());
                return new ShardWorker(terms, checkpoint, engine, encoder);
            } catch (RuntimeException e) {
                encoder.close();
                throw e;
            }
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    /**
     * Computes a shard and writes its files, as an export has them, below the directory.
     *
     * @param unwanted asked after each layer; whether to give the shard up
     * @throws GatehouseException CANCELLED_BY_USER if it is unwanted
     */
    public void compute(ShardTask task, Path directory, BooleanSupplier unwanted) {
        Shard shard = compute(task, unwanted);
        ShardFiles.write(directory, terms.runId(), terms.description(), task.rows(), task.questionIds(), shard);
    }

    private synchronized Shard compute(ShardTask task, BooleanSupplier unwanted) {
        return runner.compute(task, tokens -> {
            if (unwanted.getAsBoolean()) {
                throw new GatehouseException(
                        ErrorCode.CANCELLED_BY_USER, "Shard %d is no longer wanted".formatted(task.number()));
            }
        });
    }

    private static void requireSame(RunTerms terms, Checkpoint checkpoint) {
        String wanted = terms.description().fingerprint();
        if (!checkpoint.fingerprint().equals(wanted)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s of this machine is another checkpoint (%s) than that of the run (%s)"
                            .formatted(checkpoint.directory(), checkpoint.fingerprint(), wanted));
        }
    }

    @Override
    public void close() {
        try (checkpoint;
                encoder) {
            engine.close();
        }
    }
}
