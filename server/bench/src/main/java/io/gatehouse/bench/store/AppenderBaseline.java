package io.gatehouse.bench.store;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.routing.SyntheticShards;
import io.gatehouse.store.Store;
import io.gatehouse.store.schema.RankColumns;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * The plain way to write the same shards into the same tables: row by row through DuckDB's appenders, all of them in
 * one transaction. Without the rollups, which makes it look better than it is.
 */
final class AppenderBaseline {
    /** Shards that are written first and not counted. */
    private static final int WARM_UP = 8;

    private final SyntheticShards source;
    private final int shardQuestions;

    AppenderBaseline(SyntheticShards source, int shardQuestions) {
        this.source = source;
        this.shardQuestions = shardQuestions;
    }

    /** Writes so many shards into a new file, after those that are not counted. */
    double activationsPerSecond(Path file, int count, long seed) {
        List<Shard> shards = new ArrayList<>();
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(
                        SyntheticShards.description("rows"),
                        SyntheticShards.questions((count + WARM_UP) * shardQuestions, seed))) {
            for (int number = 0; number < count + WARM_UP; number++) {
                shards.add(source.shard(writer, number));
            }
        }
        try (DuckDBConnection connection = DuckDb.file(file, new Properties())) {
            write(connection, shards.subList(0, WARM_UP));
            long start = System.nanoTime();
            long activations = write(connection, shards.subList(WARM_UP, shards.size()));
            return activations / ((System.nanoTime() - start) / 1e9);
        } catch (SQLException e) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "Writing row by row failed: " + e.getMessage(), e);
        }
    }

    private static long write(DuckDBConnection connection, List<Shard> shards) throws SQLException {
        long activations = 0;
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN TRANSACTION");
            for (Shard shard : shards) {
                for (RoutingColumns columns : shard.routing()) {
                    appendRouting(connection, columns);
                }
                for (TokenColumns columns : shard.tokens()) {
                    appendTokens(connection, columns);
                }
                appendAnswers(connection, shard.answers());
                activations += shard.activations();
            }
            statement.execute("COMMIT");
        }
        return activations;
    }

    private static void appendRouting(DuckDBConnection connection, RoutingColumns columns) throws SQLException {
        int topK = columns.topK();
        try (DuckDBAppender appender = connection.createAppender("decisions")) {
            for (int row = 0; row < columns.rows(); row++) {
                appender.beginRow()
                        .append(1)
                        .append(columns.questionIds()[row])
                        .append(columns.positions()[row])
                        .append((short) columns.layer())
                        .append(false)
                        .append(columns.last()[row]);
                for (int i = row * topK; i < (row + 1) * topK; i++) {
                    appender.append(columns.experts()[i]);
                }
                appendNulls(appender, RankColumns.COUNT - topK);
                for (int i = row * topK; i < (row + 1) * topK; i++) {
                    appender.append(Math.round(columns.weights()[i] * 65_536));
                }
                // No more ranks, and no details of them.
                appendNulls(appender, RankColumns.COUNT - topK + 2);
                appender.append((short) Math.round(columns.entropy()[row] * 1024))
                        .append((short) 0)
                        .append(Math.round(columns.margin()[row] * 1_048_576))
                        .append(true)
                        .endRow();
            }
        }
    }

    private static void appendNulls(DuckDBAppender appender, int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            appender.appendNull();
        }
    }

    private static void appendTokens(DuckDBConnection connection, TokenColumns columns) throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("tokens")) {
            for (int row = 0; row < columns.rows(); row++) {
                appender.beginRow()
                        .append(1)
                        .append(columns.questionIds()[row])
                        .append((short) 0)
                        .append(columns.positions()[row])
                        .append("prompt")
                        .append(columns.last()[row])
                        .appendNull()
                        .append(columns.tokenIds()[row])
                        .append(columns.tokens()[row])
                        .appendNull()
                        .endRow();
            }
        }
    }

    private static void appendAnswers(DuckDBConnection connection, List<AnswerRow> answers) throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("answers")) {
            for (AnswerRow answer : answers) {
                appender.beginRow()
                        .append(1)
                        .append(answer.questionId())
                        .append((short) 0)
                        .append(answer.predicted().orElseThrow())
                        .append(answer.isCorrect())
                        .append(answer.logProbabilities())
                        .append((int) answer.topTokenId().orElseThrow())
                        .append(answer.topToken().orElseThrow())
                        .append(answer.promptTokens())
                        .endRow();
            }
        }
    }
}
