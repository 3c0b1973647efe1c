package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.chat.Thinking;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.prompt.PromptEncoder;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.transfer.ShardFiles;
import io.gatehouse.store.write.Shard;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The model of a run on one of several machines. Thread-safe: one shard is computed at a time, while those before it are
 * written.
 */
public final class ShardWorker implements AutoCloseable {
    /**
     * What a machine has to know to compute shards of a run.
     *
     * @param runId number of the run in its directory
     * @param checkpoint directory of the model, which every machine finds under the same name
     * @param request the fields of the settled request
     * @param chat whether prompts are messages of a user
     * @param thinking how the model is asked to think before it answers such a message
     * @param answerPrefix with what the model's answer begins
     * @param date for chat templates that use it
     * @param scoredChoices the most choices of a question whose letters are scored
     */
    public record Setup(
            int runId,
            RunDescription description,
            String checkpoint,
            Map<String, Object> request,
            boolean chat,
            Thinking thinking,
            String answerPrefix,
            OffsetDateTime date,
            int scoredChoices)
            implements Serializable {
        public Setup {
            requireNonNull(description, "description is null");
            requireNonNull(checkpoint, "checkpoint is null");
            request = Map.copyOf(request);
            requireNonNull(thinking, "thinking is null");
            requireNonNull(answerPrefix, "answerPrefix is null");
            requireNonNull(date, "date is null");
        }
    }

    private final Setup setup;
    private final Checkpoint checkpoint;
    private final Engine engine;
    private final PromptEncoder encoder;
    private final ShardRunner runner;

    private ShardWorker(Setup setup, Checkpoint checkpoint, Engine engine, PromptEncoder encoder) {
        this.setup = setup;
        this.checkpoint = checkpoint;
        this.engine = engine;
        this.encoder = encoder;
        this.runner = new ShardRunner(
                engine,
                encoder.tokenizer(),
                encoder.scorer(setup.scoredChoices()),
                setup.description().recording(),
                GenerationPlan.of(setup.description().generation())
                        .map(plan -> plan.with(checkpoint, encoder.tokenizer())));
    }

    /**
     * Loads the model.
     *
     * @throws GatehouseException INVALID_ARGUMENT if the checkpoint that this machine has under the name is another
     *     one; what opening and loading it throw
     */
    public static ShardWorker open(Setup setup) {
        requireNonNull(setup, "setup is null");
        Checkpoint checkpoint = Checkpoint.open(Path.of(setup.checkpoint()));
        try {
            requireSame(setup, checkpoint);
            PromptEncoder encoder =
                    PromptEncoder.open(checkpoint, setup.chat(), setup.thinking(), setup.answerPrefix(), setup.date());
            try {
                Engine engine = Engine.loadExactly(
                        checkpoint, RunRequest.of(setup.request()).engineOptions());
                return new ShardWorker(setup, checkpoint, engine, encoder);
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
        ShardFiles.write(directory, setup.runId(), setup.description(), task.rows(), task.questionIds(), shard);
    }

    private synchronized Shard compute(ShardTask task, BooleanSupplier unwanted) {
        return runner.compute(task, tokens -> {
            if (unwanted.getAsBoolean()) {
                throw new GatehouseException(
                        ErrorCode.CANCELLED_BY_USER, "Shard %d is no longer wanted".formatted(task.number()));
            }
        });
    }

    private static void requireSame(Setup setup, Checkpoint checkpoint) {
        String wanted = setup.description().fingerprint();
        if (!checkpoint.fingerprint().equals(wanted)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s on this machine is a different checkpoint (%s) from that of the run (%s)"
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
