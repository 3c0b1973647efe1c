package io.gatehouse.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Arrow's stream format: messages of a length, metadata as FlatBuffers, and a body; first the schema, then batches
 * (https://arrow.apache.org/docs/format/Columnar.html, "Encapsulated message format").
 */
final class ArrowStream {
    private static final int CONTINUATION = 0xffffffff;
    private static final int MAX_METADATA = 64 << 20;

    private final InputStream in;
    private final List<ArrowColumn> columns = new ArrayList<>();

    private ArrowStream(InputStream in) {
        this.in = in;
    }

    /** Reads the schema of a stream, which it closes if there is none. */
    static ArrowStream open(InputStream in) throws IOException {
        ArrowStream stream = new ArrowStream(in);
        try {
            stream.readSchema();
            return stream;
        } catch (RuntimeException e) {
            stream.close();
            throw unreadable(e);
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }

    /** FlatBuffers checks only the bounds of its arrays. */
    private static IOException unreadable(RuntimeException cause) {
        return new IOException("The answer is no Arrow stream", cause);
    }

    private void readSchema() throws IOException {
        Message message = message();
        if (message == null || message.headerType() != MessageHeader.Schema) {
            throw new IOException("The answer is no Arrow stream");
        }
        Schema schema = (Schema) message.header(new Schema());
        for (int i = 0; i < schema.fieldsLength(); i++) {
            columns.add(ArrowColumn.of(schema.fields(i)));
        }
    }

    List<ArrowColumn> columns() {
        return columns;
    }

    /** Loads the next batch into the columns: how many rows it has; -1 at the end. */
    int next() throws IOException {
        try {
            return load();
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
    }

    private int load() throws IOException {
        Message message = message();
        if (message == null) {
            return -1;
        }
        if (message.headerType() != MessageHeader.RecordBatch) {
            throw new IOException("A message of type %d is not expected".formatted(message.headerType()));
        }
        RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
        ByteBuffer body = read(length(message.bodyLength(), Integer.MAX_VALUE));
        BatchBuffers buffers = new BatchBuffers(batch, body);
        for (ArrowColumn column : columns) {
            column.load(buffers);
        }
        return length(batch.length(), Integer.MAX_VALUE);
    }

    /** The next message, or null at the end that the writer wrote; a stream that just stops was cut. */
    private @Nullable Message message() throws IOException {
        ByteBuffer head = read(8);
        if (head.getInt() != CONTINUATION) {
            throw new IOException("The answer is no Arrow stream");
        }
        int length = head.getInt();
        return length == 0 ? null : Message.getRootAsMessage(read(length(length, MAX_METADATA)));
    }

    private static int length(long length, int most) throws IOException {
        if (length < 0 || length > most) {
            throw new IOException("A length of %d bytes is not possible here".formatted(length));
        }
        return (int) length;
    }

    private ByteBuffer read(int length) throws IOException {
        // At once: readNBytes(int) would gather it in pieces of 8 KiB.
        byte[] bytes = new byte[length];
        if (in.readNBytes(bytes, 0, length) < length) {
            throw new EOFException("The stream ends too early");
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    void close() {
        try {
            in.close();
        } catch (IOException e) {
            // It counts as closed, and nobody reads from it any more.
            return;
        }
    }
}
