package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.base.Sha256;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.run.Ledger;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.QuestionRegister;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunDefinition;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunRegister;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.write.RunWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.duckdb.DuckDBConnection;

/**
 * A run of another engine that grows while that engine computes. Each sequence becomes a question when it arrives, in one
 * transaction with its rows, and is stored once: the file keeps a digest of its rows beside its name. For one thread at a
 * time.
 */
public final class GrowingRun implements AutoCloseable {
    private static final String DIGEST = "digest";
    private static final int DIGEST_BYTES = 16;

    private final Path file;
    private final RunDescription run;
    private final Changes changes;
    private final Runnable atClose;
    private final int runId;
    private final Map<String, String> digests;
    private int shards;

    /** Does something in a transaction, while no other run is registered. */
    public interface Changes {
        <T> T make(OpenDatabase.Work<T> work);
    }

    /**
     * What the file has of a run.
     *
     * @param digests digests of its sequences by their names
     * @param shards number of its shards
     */
    private record Known(int runId, Map<String, String> digests, int shards) {}

    /**
     * What was added of some sequences.
     *
     * @param stored sequences that are new
     * @param repeated sequences that the run had
     * @param decisions tokens and layers of the new ones
     */
    public record Added(int stored, int repeated, long decisions) {}

    private GrowingRun(Path file, RunDescription run, Known known, Changes changes, Runnable atClose) {
        this.file = file;
        this.run = run;
        this.changes = changes;
        this.atClose = atClose;
        this.runId = known.runId();
        this.digests = known.digests();
        this.shards = known.shards();
    }

    /** Takes a run for itself, or throws if it is being written. */
    public interface Claim {
        /** Returns what ends the claim. */
        Runnable of(int runId);
    }

    /**
     * Begins a run, or continues it.
     *
     * @throws GatehouseException RUN_EXISTS if there is a run of its name that was not begun so, or with other settings, or
     *     that is being written
     */
    public static GrowingRun open(Path file, RunDescription run, Changes changes, Claim claim) {
        requireNonNull(file, "file is null");
        requireNonNull(claim, "claim is null");
        int runId = changes.make(connection -> grow(file, run, connection));
        Runnable atClose = claim.of(runId);
        try {
            // Read when nobody else adds to the run.
            Known known = changes.make(connection -> {
                if (grow(file, run, connection) != runId) {
                    throw new GatehouseException(
                            ErrorCode.RUN_EXISTS, "Run \"%s\" was deleted at this moment.".formatted(run.name()));
                }
                return known(runId, run, connection);
            });
            return new GrowingRun(file, run, known, changes, atClose);
        } catch (RuntimeException e) {
            atClose.run();
            throw e;
        }
    }

    private static int grow(Path file, RunDescription run, DuckDBConnection connection) throws SQLException {
        return new RunRegister(file, connection).grow(run, RunDefinition.growing(run));
    }

    private static Known known(int runId, RunDescription run, DuckDBConnection connection) throws SQLException {
        Map<String, String> digests = new HashMap<>();
        FileMemory memory = FileMemory.of("The names of the sequences of run \"%s\"".formatted(run.name()));
        SmallQuery.list(
                        connection,
                        Resources.text(GrowingRun.class, "digests_of_quiz.sql"),
                        row -> Map.entry(row.getString(1), row.getString(2)),
                        SequenceQuestions.NAME,
                        DIGEST,
                        run.quiz())
                .forEach(entry -> {
                    memory.take(SequenceQuestions.MEMORY + (long) entry.getKey().length());
                    digests.put(entry.getKey(), entry.getValue());
                });
        long shards = SmallQuery.number(
                connection, "SELECT coalesce(max(shard) + 1, 0) FROM run_shards WHERE run_id = ?", runId);
        return new Known(runId, digests, Math.toIntExact(shards));
    }

    /**
     * Adds sequences in one transaction, except those that the run has.
     *
     * @throws GatehouseException CORRUPT_DATASET if the run has a sequence of the name with other rows, or if one does not
     *     fit the model
     */
    public Added add(List<TracedSequence> sequences) {
        Map<String, String> added = new HashMap<>();
        List<TracedSequence> fresh = new ArrayList<>();
        for (TracedSequence sequence : sequences) {
            String digest = digest(sequence);
            String known = digests.getOrDefault(sequence.name(), added.getOrDefault(sequence.name(), ""));
            if (known.isEmpty()) {
                requireFitting(sequence);
                added.put(sequence.name(), digest);
                fresh.add(sequence);
            } else if (!known.equals(digest)) {
                throw refused(
                        sequence,
                        "is in run \"%s\" with other rows; all rows of a sequence belong into one batch"
                                .formatted(run.name()));
            }
        }
        if (!fresh.isEmpty()) {
            shards = changes.make(connection -> insert(fresh, added, connection));
            digests.putAll(added);
        }
        long decisions = fresh.stream()
                .flatMap(sequence -> sequence.layers().stream())
                .mapToLong(TracedLayer::tokens)
                .sum();
        return new Added(fresh.size(), sequences.size() - fresh.size(), decisions);
    }

    /** Returns the number of shards afterwards. */
    private int insert(List<TracedSequence> fresh, Map<String, String> added, DuckDBConnection connection)
            throws SQLException {
        List<QuestionRow> rows = new ArrayList<>();
        for (TracedSequence sequence : fresh) {
            rows.add(new QuestionRow(
                    "",
                    digests.size() + rows.size() + 1,
                    "",
                    List.of(),
                    "",
                    Map.of(SequenceQuestions.NAME, sequence.name(), DIGEST, added.getOrDefault(sequence.name(), ""))));
        }
        int[] questionIds = QuestionRegister.ofNew(connection, run.quiz()).register(rows);
        int end;
        try (RunWriter writer = RunWriter.within(file, connection, runId, run, rows, questionIds)) {
            FileMemory memory = FileMemory.of("A batch of run \"%s\"".formatted(run.name()));
            end = SequenceShards.write(SequenceSource.of(fresh), memory, run, writer, shards);
        }
        SmallQuery.update(
                connection, "UPDATE runs SET questions = questions + ? WHERE run_id = ?", fresh.size(), runId);
        return end;
    }

    private void requireFitting(TracedSequence sequence) {
        for (TracedLayer layer : sequence.layers()) {
            if (layer.layer() >= run.layers()) {
                throw refused(sequence, "has layer %d; the model has %d".formatted(layer.layer(), run.layers()));
            }
            ModelLayer model = run.modelLayers().get(layer.layer());
            if (model.kind() != ModelLayer.Kind.MOE) {
                throw refused(sequence, "has experts in layer %d, which has none".formatted(layer.layer()));
            }
            if (layer.topK() > model.topK()) {
                throw refused(
                        sequence,
                        "has %d experts of a token in layer %d, more than top-k %d"
                                .formatted(layer.topK(), layer.layer(), model.topK()));
            }
            if (layer.expertsOfEntropies() > model.experts()) {
                throw refused(
                        sequence,
                        "has an entropy in layer %d that only %d experts can have; the model has %d"
                                .formatted(layer.layer(), layer.expertsOfEntropies(), model.experts()));
            }
            for (int expert : layer.experts()) {
                if (expert >= model.experts()) {
                    throw refused(
                            sequence,
                            "has expert %d in layer %d; the model has %d"
                                    .formatted(expert, layer.layer(), model.experts()));
                }
            }
        }
    }

    private static GatehouseException refused(TracedSequence sequence, String what) {
        return new GatehouseException(
                ErrorCode.CORRUPT_DATASET, "Sequence \"%s\" %s.".formatted(sequence.name(), what));
    }

    /** A digest of all that is stored of a sequence. */
    private static String digest(TracedSequence sequence) {
        MessageDigest digest = Sha256.digest();
        update(digest, new int[] {sequence.length()});
        for (TracedLayer layer : sequence.layers()) {
            update(digest, new int[] {layer.layer(), layer.topK(), layer.ranked() ? 1 : 0, layer.tokens()});
            update(digest, layer.positions());
            update(digest, layer.experts());
            update(digest, layer.weights());
            update(digest, layer.scores());
            update(digest, layer.entropies());
        }
        return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
    }

    private static void update(MessageDigest digest, int[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES);
        bytes.asIntBuffer().put(numbers);
        digest.update(bytes);
    }

    private static void update(MessageDigest digest, float[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES);
        bytes.asFloatBuffer().put(numbers);
        digest.update(bytes);
    }

    /** Records that nothing is being added any more; the run can still be opened again. */
    public void finish() {
        changes.make(connection -> {
            new Ledger(connection, runId).finish(RunStatus.COMPLETE, Optional.empty());
            return runId;
        });
    }

    /** Leaves what was added in the file, and removes the run if that is nothing. */
    @Override
    public void close() {
        try {
            if (shards == 0) {
                changes.make(connection -> {
                    new RunRegister(file, connection).delete(runId);
                    return runId;
                });
            }
        } finally {
            atClose.run();
        }
    }
}
