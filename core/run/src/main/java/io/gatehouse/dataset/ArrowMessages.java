package io.gatehouse.dataset;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The messages of an Arrow file, which are the same in both of its formats: as a file it has a magic before them, and a
 * footer behind them that is not needed to read them in order. Arrow's own reader believes the lengths that they claim,
 * and follows fields wherever they point; all of that is checked here before it reads.
 *
 * @param start where the first message begins
 * @param end where the last one ends, or earlier ones say that they were all
 */
record ArrowMessages(Path file, FileChannel channel, long start, long end) {
    private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    /** The magic and its padding. */
    private static final int FILE_START = 8;

    private static final int MAX_METADATA = 1 << 26;
    static final int CONTINUES = -1;

    static ArrowMessages of(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        boolean isFile = size >= 2L * MAGIC.length + Integer.BYTES
                && Arrays.equals(bytes(channel, 0, MAGIC.length).array(), MAGIC);
        if (!isFile) {
            return new ArrowMessages(file, channel, 0, size);
        }
        long tail = size - MAGIC.length - Integer.BYTES;
        int footer = bytes(channel, tail, Integer.BYTES).getInt();
        if (!Arrays.equals(bytes(channel, size - MAGIC.length, MAGIC.length).array(), MAGIC)
                || footer < 0
                || footer > tail - FILE_START) {
            throw corrupt(file, "has no footer at its end");
        }
        return new ArrowMessages(file, channel, FILE_START, tail - footer);
    }

    /** The messages alone; the channel is read from its place on. */
    ReadableByteChannel open() throws IOException {
        channel.position(start);
        return Channels.newChannel(new BoundedStream(Channels.newInputStream(channel), end - start));
    }

    /** CORRUPT_DATASET if a message claims more than there is. */
    void requireWhole() throws IOException {
        ArrowMessageCheck check = new ArrowMessageCheck(file);
        long position = start;
        while (end - position >= Integer.BYTES) {
            int length = bytes(channel, position, Integer.BYTES).getInt();
            position += Integer.BYTES;
            if (length == CONTINUES) {
                require(end - position >= Integer.BYTES, "ends within a message");
                length = bytes(channel, position, Integer.BYTES).getInt();
                position += Integer.BYTES;
            }
            if (length == 0) {
                return;
            }
            if (length < 0 || length > Math.min(MAX_METADATA, end - position)) {
                throw corrupt(
                        file,
                        "has a message of %s bytes at byte %,d of %,d"
                                .formatted(Integer.toUnsignedString(length), position, end));
            }
            position += length + check.body(bytes(channel, position, length), end - position - length);
        }
    }

    private void require(boolean condition, String what) {
        if (!condition) {
            throw corrupt(file, what);
        }
    }

    private static ByteBuffer bytes(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) >= 0) {}
        return bytes.flip();
    }

    private static GatehouseException corrupt(Path file, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(file, what));
    }

    private static final class BoundedStream extends FilterInputStream {
        private long left;

        BoundedStream(InputStream in, long length) {
            super(in);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            int read = left == 0 ? -1 : super.read();
            left -= read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = super.read(buffer, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }
    }
}
