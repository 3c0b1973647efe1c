package io.gatehouse.pg.wire;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A message of a client: its type, 0 for the first one, which has none, and its body, read from front to back. A body that
 * is shorter than it claims gives a {@link ProtocolViolation}.
 */
public record Message(char type, ByteBuffer body) {
    public Message {
        requireNonNull(body, "body is null");
    }

    public int int8() {
        require(1);
        return body.get() & 0xff;
    }

    public int int16() {
        require(2);
        return body.getShort();
    }

    /** A number that counts what follows in the body, each at least a byte. */
    public int count() {
        int count = int16() & 0xffff;
        require(count);
        return count;
    }

    public int int32() {
        require(4);
        return body.getInt();
    }

    /** A text up to its zero byte. */
    public String string() {
        int end = body.position();
        while (end < body.limit() && body.get(end) != 0) {
            end++;
        }
        if (end == body.limit()) {
            throw new ProtocolViolation("a text in message '%s' has no end".formatted(type));
        }
        String text = decode(body.slice(body.position(), end - body.position()));
        body.position(end + 1);
        return text;
    }

    /** A value with its length before it; -1 is NULL. */
    public byte @Nullable [] value() {
        int length = int32();
        return length == -1 ? null : bytes(length);
    }

    public byte[] bytes(int length) {
        require(length);
        byte[] bytes = new byte[length];
        body.get(bytes);
        return bytes;
    }

    /** Throws if anything is left. */
    public void requireEnd() {
        if (body.hasRemaining()) {
            throw new ProtocolViolation("message '%s' has %d bytes too many".formatted(type, body.remaining()));
        }
    }

    private void require(int bytes) {
        if (bytes < 0 || bytes > body.remaining()) {
            throw new ProtocolViolation("message '%s' ends before its content".formatted(type));
        }
    }

    static String decode(ByteBuffer bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolViolation("a text is not UTF-8");
        }
    }
}
