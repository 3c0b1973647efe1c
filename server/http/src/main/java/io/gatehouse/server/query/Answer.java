package io.gatehouse.server.query;

import java.io.IOException;

/** The rows of a query, written in one format. Closing frees what was needed for it. */
interface Answer extends AutoCloseable {
    /** Reads up to the first rows, so that an error before them still gets its own status. */
    void start();

    /** Writes all rows and what surrounds them, and leaves the stream open. */
    void write(AnswerStream out) throws IOException;

    @Override
    default void close() {}
}
