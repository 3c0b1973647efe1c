package io.gatehouse.store.write;

import io.gatehouse.store.run.Ledger;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.schema.Rollup;
import io.gatehouse.store.schema.RollupSql;
import io.gatehouse.store.schema.SqlText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Inserts some shards within the transaction that the caller has begun. */
final class ShardInsert {
    private final DuckDBConnection connection;
    private final BufferAllocator allocator;
    private final int runId;
    private final RunDescription run;
    private final List<ShardRows> shards;
    private final Optional<Double> seconds;

    /** @param seconds that each shard took; empty where nobody measured it */
    ShardInsert(
            DuckDBConnection connection,
            BufferAllocator allocator,
            int runId,
            RunDescription run,
            List<ShardRows> shards,
            Optional<Double> seconds) {
        this.connection = connection;
        this.allocator = allocator;
        this.runId = runId;
        this.run = run;
        this.shards = shards;
        this.seconds = seconds;
    }

    void insert() throws SQLException {
        // Single-threaded statements come first, while other threads prepare shards until the queue is full. The
        // parallel inserts then have all threads.
        List<ShardSums> sums = shards.stream().map(ShardRows::sums).toList();
        ShardRollups rollups = new ShardRollups(run, sums);
        execute(RollupSql.merge(Rollup.SUBJECT_USAGE), rollups.subjectUsage());
        execute(RollupSql.merge(Rollup.LAYER_USAGE), rollups.layerUsage());
        execute(RollupSql.merge(Rollup.EXPERTS), rollups.expertUsage());
        execute(RollupSql.merge(Rollup.OUTCOME_USAGE), rollups.outcomeUsage());
        execute(RollupSql.merge(Rollup.LAYER_ENTROPY), rollups.layerEntropy());
        insert(
                "tokens",
                SqlText.withUnits("* EXCLUDE (is_generated), ${phase} AS phase"),
                SegmentFeed.tokens(segments(ShardRows::tokens)));
        appendAnswers();
        appendGenerations();
        insert("usage", "*", new UsageFeed(sums));
        insert("decisions", "*", SegmentFeed.routing(segments(ShardRows::routing)));
        List<Segment<TokenValues>> gates = segments(ShardRows::gates);
        if (!gates.isEmpty()) {
            insert("gates", "*", SegmentFeed.gates(gates));
        }
        List<Segment<TokenValues>> norms = segments(ShardRows::norms);
        if (!norms.isEmpty()) {
            insert("expert_norms", "*", SegmentFeed.norms(norms));
        }
        // By a statement, because closing an appender does not report rows that were rejected.
        addToLedger();
    }

    /** Shard by shard, so that the rows of each are contiguous in the file. */
    private <C> List<Segment<C>> segments(Function<ShardRows, List<Segment<C>>> ofShard) {
        return shards.stream().flatMap(shard -> ofShard.apply(shard).stream()).toList();
    }

    private void insert(String table, String columns, Feed feed) throws SQLException {
        execute(
                "INSERT INTO %s BY NAME SELECT CAST(? AS INTEGER) AS run_id, %s FROM feed".formatted(table, columns),
                feed);
    }

    /** Executes a statement over the relation {@code feed}, with the run as its parameter. */
    private void execute(String sql, Feed feed) throws SQLException {
        try (ArrowReader reader = new FeedReader(allocator, feed);
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            Data.exportArrayStream(allocator, reader, stream);
            try {
                connection.registerArrowStream("feed", stream);
                try (PreparedStatement insert = connection.prepareStatement(sql)) {
                    insert.setInt(1, runId);
                    insert.executeUpdate();
                }
                try (Statement drop = connection.createStatement()) {
                    drop.execute("DROP VIEW temp.feed");
                }
            } finally {
                // DuckDB takes the stream over when it scans it; if it never did, the stream is still ours.
                stream.release();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void appendAnswers() throws SQLException {
        List<AnswerRow> answers =
                shards.stream().flatMap(shard -> shard.answers().stream()).toList();
        try (DuckDBAppender appender = connection.createAppender("answers")) {
            for (AnswerRow answer : answers) {
                if (answer.correct().isPresent()) {
                    append(answer, appender);
                }
            }
        }
    }

    private void append(AnswerRow answer, DuckDBAppender appender) throws SQLException {
        appender.beginRow().append(runId).append(answer.questionId()).append((short) 0);
        append(answer.predicted(), appender::append, appender);
        appender.append(answer.isCorrect());
        Optional<float[]> logProbabilities =
                Optional.of(answer.logProbabilities()).filter(values -> values.length > 0);
        append(logProbabilities, appender::append, appender);
        append(answer.topTokenId(), id -> appender.append((int) id), appender);
        append(answer.topToken(), appender::append, appender);
        appender.append(answer.promptTokens()).endRow();
    }

    private void appendGenerations() throws SQLException {
        List<GenerationRow> generations =
                shards.stream().flatMap(shard -> shard.generations().stream()).toList();
        if (generations.isEmpty()) {
            return;
        }
        try (DuckDBAppender appender = connection.createAppender("generations")) {
            for (GenerationRow row : generations) {
                appender.beginRow().append(runId).append(row.questionId()).append((short) 0);
                appender.append(row.text()).append(row.tokens()).append(row.finishReason());
                append(row.extracted(), appender::append, appender);
                append(row.correct(), correct -> appender.append((boolean) correct), appender);
                appender.append(row.milliseconds() / 1000.0).endRow();
            }
        }
    }

    private interface Append<T> {
        void of(T value) throws SQLException;
    }

    private static <T> void append(Optional<T> value, Append<T> append, DuckDBAppender appender) throws SQLException {
        if (value.isPresent()) {
            append.of(value.get());
        } else {
            appender.appendNull();
        }
    }

    private void addToLedger() throws SQLException {
        List<Ledger.ShardEntry> committed = new ArrayList<>();
        for (ShardRows shard : shards) {
            int[] questionIds =
                    shard.answers().stream().mapToInt(AnswerRow::questionId).toArray();
            committed.add(new Ledger.ShardEntry(shard.number(), questionIds, shard.tokenRows(), shard.routingRows()));
        }
        new Ledger(connection, runId).add(committed, seconds);
    }
}
