package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.ArrowBatches;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;

/** An Arrow IPC stream of DuckDB's vectors, as they are. */
final class ArrowAnswer implements Answer {
    private final ServedQuery query;
    private final BufferAllocator allocator = new RootAllocator();
    private final ArrowBatches batches;
    private boolean present;

    ArrowAnswer(ServedQuery query) {
        this.query = requireNonNull(query, "query is null");
        this.batches = query.batches(allocator);
    }

    @Override
    public void start() {
        present = query.next(batches);
    }

    @Override
    public void write(AnswerStream out) throws IOException {
        // Closing the writer would close the stream; ending it writes all there is.
        ArrowStreamWriter writer = new ArrowStreamWriter(batches.root(), null, (WritableByteChannel) out);
        writer.start();
        for (; present; present = query.next(batches)) {
            writer.writeBatch();
        }
        writer.end();
    }

    @Override
    public void close() {
        try (allocator) {
            batches.close();
        }
    }
}
