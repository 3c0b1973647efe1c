package io.gatehouse.server.query;

import java.io.IOException;

/** The rows of a query, written in one format. Closing frees what was needed for it. */
interface Answer extends AutoCloseable {
    /** Reads as far as the first rows, so that what fails before them still gets a status of its own. */
    void start();

    /** Writes all rows and what belongs around them, and leaves the stream open. */
    void write(AnswerStream out) throws IOException;

    @Override
    default void close() {}
}
