package io.gatehouse.client;

import java.time.Duration;
import java.util.List;

/** What answers statements: an engine in this process, or a server. Safe for use by many threads. */
public interface Session extends AutoCloseable {
    /** How long an answer is waited for that needs no statement to run. */
    Duration PATIENCE = Duration.ofSeconds(30);

    /** A statement that has not run yet; nothing that is wrong with it is said before {@link Rows#start()}. */
    Rows query(Query query);

    /** What a statement takes and returns, without running it. */
    StatementShape shape(String sql);

    /** The relations that can be asked. */
    List<Relation> relations();

    /** The version of Gatehouse that answers. */
    String version();

    /** Whether statements can still be sent. Who does not answer within the timeout is not alive. */
    boolean isAlive(Duration timeout);

    @Override
    void close();
}
