package io.gatehouse.server.query;

import java.io.IOException;
import java.io.OutputStream;

/** Writes the rows of a query in one format. */
interface RowWriter {
    /**
     * Writes all rows and what belongs around them, and leaves the stream open.
     *
     * @param present whether the query stands at a first row
     */
    void write(ServedQuery query, boolean present, OutputStream out) throws IOException;
}
