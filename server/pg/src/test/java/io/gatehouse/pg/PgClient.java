package io.gatehouse.pg;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client that sends any bytes, and reads messages. */
final class PgClient implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    /** A message of the server. */
    record Answer(char type, byte[] body) {
        /** The field of an error: C is its code, M its message, P its place. */
        Optional<String> field(char name) {
            for (String field : new String(body, StandardCharsets.UTF_8).split("\0", -1)) {
                if (!field.isEmpty() && field.charAt(0) == name) {
                    return Optional.of(field.substring(1));
                }
            }
            return Optional.empty();
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    PgClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
    }

    /** A client that has been greeted. */
    static PgClient ready(int port) throws IOException {
        PgClient client = new PgClient(port);
        client.start();
        client.until('Z');
        return client;
    }

    void start() throws IOException {
        send(body('\0', 3 << 16, "user", "tester", "database", "gatehouse", ""));
    }

    /** A message: its type, left out if it is 0, and a body of numbers (32 bits), shorts and texts. */
    static byte[] body(char type, Object... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof Integer number) {
                body.writeBytes(ByteBuffer.allocate(4).putInt(number).array());
            } else if (part instanceof Short number) {
                body.writeBytes(ByteBuffer.allocate(2).putShort(number).array());
            } else if (part instanceof Character c) {
                body.write(c);
            } else if (part instanceof byte[] bytes) {
                body.writeBytes(bytes);
            } else {
                body.writeBytes(part.toString().getBytes(StandardCharsets.UTF_8));
                body.write(0);
            }
        }
        ByteBuffer message = ByteBuffer.allocate(body.size() + (type == 0 ? 4 : 5));
        if (type != 0) {
            message.put((byte) type);
        }
        return message.putInt(body.size() + 4).put(body.toByteArray()).array();
    }

    void send(byte[]... messages) throws IOException {
        for (byte[] message : messages) {
            socket.getOutputStream().write(message);
        }
        socket.getOutputStream().flush();
    }

    Answer read() throws IOException {
        char type = (char) in.readUnsignedByte();
        byte[] body = new byte[in.readInt() - 4];
        in.readFully(body);
        return new Answer(type, body);
    }

    /** All messages up to one of a type, which is the last. */
    List<Answer> until(char type) throws IOException {
        List<Answer> answers = new ArrayList<>();
        do {
            answers.add(read());
        } while (answers.get(answers.size() - 1).type() != type);
        return answers;
    }

    /** The types of the answers to a simple query. */
    List<Answer> query(String sql) throws IOException {
        send(body('Q', sql));
        return until('Z');
    }

    /** What is left until the server closes the connection. */
    byte[] rest() throws IOException {
        return in.readAllBytes();
    }

    static String types(List<Answer> answers) {
        StringBuilder types = new StringBuilder();
        answers.forEach(answer -> types.append(answer.type()));
        return types.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
