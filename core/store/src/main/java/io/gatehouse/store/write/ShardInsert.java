package io.gatehouse.store.write;

import io.gatehouse.base.Resources;
import io.gatehouse.store.run.Ledger;
import io.gatehouse.store.run.RunDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Function;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Everything that some shards put into the file, within the transaction that their caller has begun. */
final class ShardInsert {
    private final DuckDBConnection connection;
    private final BufferAllocator allocator;
    private final int runId;
    private final RunDescription run;
    private final List<ShardRows> shards;

    ShardInsert(
            DuckDBConnection connection,
            BufferAllocator allocator,
            int runId,
            RunDescription run,
            List<ShardRows> shards) {
        this.connection = connection;
        this.allocator = allocator;
        this.runId = runId;
        this.run = run;
        this.shards = shards;
    }

    void insert() throws SQLException {
        insert("routing_feed", new RoutingFeed(segments(ShardRows::routing)), "insert_routing.sql");
        List<Segment<TokenValues>> gates = segments(ShardRows::gates);
        if (!gates.isEmpty()) {
            insert("gates_feed", ValuesFeed.gates(gates), "insert_gates.sql");
        }
        List<Segment<TokenValues>> norms = segments(ShardRows::norms);
        if (!norms.isEmpty()) {
            insert("norms_feed", ValuesFeed.norms(norms), "insert_norms.sql");
        }
        Rollup rollup = Rollup.of(
                run.layers(),
                run.experts(),
                shards.stream().map(ShardRows::rollup).toList());
        insert("usage_feed", rollup.questionUsage(), "insert_usage.sql");
        LongFeed subjectUsage = rollup.subjectUsage();
        insert("subject_feed", subjectUsage, "merge_subject_usage.sql");
        subjectUsage.rewind();
        insert("subject_feed", subjectUsage, "merge_layer_usage.sql");
        insert("expert_feed", rollup.expertUsage(run), "merge_experts.sql");
        insert("outcome_feed", rollup.outcomeUsage(), "merge_outcome_usage.sql");
        insert("entropy_feed", rollup.layerEntropy(), "merge_layer_entropy.sql");
        insert("token_feed", new TokenFeed(segments(ShardRows::tokens)), "insert_tokens.sql");
        appendAnswers();
        // By a statement: closing an appender does not say that its rows were refused.
        addToLedger();
    }

    /** Shard by shard: the rows of one stand together in the file. */
    private <C> List<Segment<C>> segments(Function<ShardRows, List<Segment<C>>> ofShard) {
        return shards.stream().flatMap(shard -> ofShard.apply(shard).stream()).toList();
    }

    private void insert(String view, Feed feed, String sqlFile) throws SQLException {
        try (ArrowReader reader = new FeedReader(allocator, feed);
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            Data.exportArrayStream(allocator, reader, stream);
            try {
                connection.registerArrowStream(view, stream);
                try (PreparedStatement insert = connection.prepareStatement(Resources.text(ShardInsert.class, sqlFile))) {
                    insert.setInt(1, runId);
                    insert.executeUpdate();
                }
                try (Statement drop = connection.createStatement()) {
                    drop.execute("DROP VIEW temp." + view);
                }
            } finally {
                // DuckDB has moved the stream away when it scanned it; where it never came to that, it is ours.
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
                appender.beginRow()
                        .append(runId)
                        .append(answer.questionId())
                        .append((short) 0)
                        .append(String.valueOf(answer.predicted()))
                        .append(answer.correct())
                        .append(answer.logProbabilities())
                        .append(answer.topTokenId())
                        .append(answer.topToken())
                        .append(answer.promptTokens())
                        .endRow();
            }
        }
    }

    private void addToLedger() throws SQLException {
        Ledger ledger = new Ledger(connection, runId);
        for (ShardRows shard : shards) {
            int[] questionIds =
                    shard.answers().stream().mapToInt(AnswerRow::questionId).toArray();
            ledger.add(shard.number(), questionIds, shard.tokenRows(), shard.routingRows());
        }
    }
}
