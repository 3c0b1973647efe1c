package io.gatehouse.bench.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;

/**
 * The body of an answer as it comes from the socket, into the memory of whoever reads it. Java's clients hand bytes on in
 * small pieces, which takes longer than to send them. It is an answer of HTTP/1.0, which ends with the connection.
 */
final class RawAnswer implements ReadableByteChannel {
    private static final String HEAD_END = "\r\n\r\n";
    private static final int MAX_HEAD = 1 << 14;

    private final SocketChannel socket;
    private final ByteBuffer early = ByteBuffer.allocate(MAX_HEAD).limit(0);

    private RawAnswer(SocketChannel socket) {
        this.socket = socket;
    }

    /** @throws IOException also for another status than 200 */
    static RawAnswer get(URI server, String path) throws IOException {
        RawAnswer answer = new RawAnswer(SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort())));
        try {
            String request = "GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n".formatted(path, server.getAuthority());
            answer.socket.write(ByteBuffer.wrap(request.getBytes(US_ASCII)));
            String head = answer.readHead();
            if (!head.startsWith("HTTP/1.1 200 ")) {
                throw new IOException(
                        "%s for %s".formatted(head.lines().findFirst().orElse("nothing"), path));
            }
            return answer;
        } catch (IOException e) {
            answer.close();
            throw e;
        }
    }

    /** Keeps what comes behind the head. */
    private String readHead() throws IOException {
        early.clear();
        int end = -1;
        while (end < 0 && early.hasRemaining() && socket.read(early) >= 0) {
            end = new String(early.array(), 0, early.position(), US_ASCII).indexOf(HEAD_END);
        }
        String text = new String(early.array(), 0, Math.max(0, end), US_ASCII);
        early.flip().position(end < 0 ? early.limit() : end + HEAD_END.length());
        return text;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!early.hasRemaining()) {
            return socket.read(into);
        }
        int count = Math.min(early.remaining(), into.remaining());
        into.put(early.slice(early.position(), count));
        early.position(early.position() + count);
        return count;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
