package io.gatehouse.dataset;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;

/**
 * Checks the metadata of an Arrow message before Arrow's own reader sees it, which believes the lengths in there and follows
 * fields wherever they point.
 *
 * @param source names the file or the stream in errors
 */
record ArrowMessageCheck(Object source) {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_FIELDS = 10_000;

    /** The length of what follows a message. */
    long body(ByteBuffer metadata, long rest) {
        try {
            Message message = Message.getRootAsMessage(metadata);
            long body = message.bodyLength();
            require(
                    body >= 0 && body <= rest,
                    "has a message with a body of %s bytes where %,d are left"
                            .formatted(Long.toUnsignedString(body), rest));
            switch (message.headerType()) {
                case MessageHeader.Schema -> requireFields((Schema) message.header(new Schema()));
                case MessageHeader.RecordBatch -> requireBuffers((RecordBatch) message.header(new RecordBatch()), body);
                case MessageHeader.DictionaryBatch ->
                    requireBuffers(((DictionaryBatch) message.header(new DictionaryBatch())).data(), body);
                default -> throw corrupt("has a message of type %d".formatted(message.headerType()));
            }
            return body;
        } catch (IndexOutOfBoundsException | NullPointerException | AssertionError e) {
            throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s has a damaged message".formatted(source), e);
        }
    }

    private void requireFields(Schema schema) {
        int fields = 0;
        for (int i = 0; i < schema.fieldsLength(); i++) {
            fields = count(schema.fields(i), 1, fields);
        }
    }

    /** A field may point to itself, or many to one. */
    private int count(Field field, int depth, int before) {
        require(depth <= MAX_DEPTH, "has fields nested more than %d deep".formatted(MAX_DEPTH));
        int fields = before + 1;
        require(fields <= MAX_FIELDS, "has more than %,d fields".formatted(MAX_FIELDS));
        for (int i = 0; i < field.childrenLength(); i++) {
            fields = count(field.children(i), depth + 1, fields);
        }
        return fields;
    }

    private void requireBuffers(RecordBatch batch, long body) {
        require(batch.length() >= 0 && batch.length() <= Integer.MAX_VALUE, "has a batch of too many rows");
        for (int i = 0; i < batch.buffersLength(); i++) {
            Buffer buffer = batch.buffers(i);
            require(
                    buffer.offset() >= 0 && buffer.length() >= 0 && buffer.length() <= body - buffer.offset(),
                    "has a buffer outside of its message");
        }
    }

    private void require(boolean condition, String what) {
        if (!condition) {
            throw corrupt(what);
        }
    }

    private GatehouseException corrupt(String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(source, what));
    }
}
