package io.gatehouse.client;

import java.time.Duration;
import java.util.List;

/** Runs statements: an engine in this process, or a server. Safe for use by many threads. */
public interface Session extends AutoCloseable {
    /** Timeout of requests that run no statement. */
    Duration PATIENCE = Duration.ofSeconds(30);

    /** A statement that has not run yet; its errors are thrown by {@link Rows#start()}. */
    Rows query(Query query);

    /** What a statement takes and returns, without running it. */
    StatementShape shape(String sql);

    /** The relations that can be asked. */
    List<Relation> relations();

    /** The version of Gatehouse that answers. */
    String version();

    /** Whether statements can still be sent, and are answered within the timeout. */
    boolean isAlive(Duration timeout);

    @Override
    void close();
}
