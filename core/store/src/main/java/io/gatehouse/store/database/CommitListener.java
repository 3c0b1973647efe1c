package io.gatehouse.store.database;

import java.sql.SQLException;

/** What a database does about the ends of its transactions. */
interface CommitListener {
    /** That of a database that nobody else uses. */
    CommitListener NONE = new CommitListener() {};

    /**
     * Checks that the state in memory may be written.
     *
     * @throws io.gatehouse.error.GatehouseException INTERNAL_ERROR if it is lost
     */
    default void requireState() {}

    /** DuckDB is about to commit or to roll back. */
    default void beforeEnd() {}

    /** It has done so, or failed. */
    default void afterEnd(boolean committed) {}

    /** Without memory DuckDB has rolled back a transaction that it could not commit, but its log may have it. */
    default void undone() {}

    /**
     * DuckDB could neither commit nor roll back. What it has in memory is neither the state before nor that after the
     * transaction, and what it writes from then on is wrong.
     */
    default void stateLost(SQLException failure) {}
}
