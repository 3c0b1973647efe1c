package io.gatehouse.client.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.RecordBatch;

/** The buffers of one batch, handed out in the order of its columns. */
final class BatchBuffers {
    private final RecordBatch batch;
    private final ByteBuffer body;
    private int node;
    private int buffer;

    BatchBuffers(RecordBatch batch, ByteBuffer body) throws IOException {
        if (batch.compression() != null) {
            throw new IOException("A compressed batch is not expected");
        }
        this.batch = batch;
        this.body = body;
    }

    /** How many values of the next column are NULL. */
    long nextNulls() throws IOException {
        if (node == batch.nodesLength()) {
            throw new IOException("The batch has fewer columns than the schema");
        }
        return batch.nodes(node++).nullCount();
    }

    ByteBuffer next() throws IOException {
        if (buffer == batch.buffersLength()) {
            throw new IOException("The batch has fewer buffers than its columns need");
        }
        Buffer place = batch.buffers(buffer++);
        if (place.offset() < 0 || place.length() < 0 || place.length() > body.limit() - place.offset()) {
            throw new IOException("A buffer lies outside of its batch");
        }
        return body.slice((int) place.offset(), (int) place.length()).order(ByteOrder.LITTLE_ENDIAN);
    }
}
