package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Random;

/**
 * A client that wants to stop a server: it sends statement after statement, and reads the answers as fast as they come,
 * slowly, or not to their end.
 */
final class HostileClient implements Runnable {
    private static final int SLOW_BYTES = 2_000;
    private static final int SLOW_PAUSE_MILLIS = 50;
    private static final int SLOW_READS = 200;
    private static final int MOST_BYTES = 200_000_000;

    private final URI server;
    private final String name;
    private final HostileDiary diary;
    private final Random random;
    private final HostileStatements statements;
    private final long endNanos;
    private int queries;

    HostileClient(URI server, String name, HostileDiary diary, long seed, long endNanos) {
        this.server = requireNonNull(server, "server is null");
        this.name = requireNonNull(name, "name is null");
        this.diary = requireNonNull(diary, "diary is null");
        this.random = new Random(seed);
        this.statements = new HostileStatements(random);
        this.endNanos = endNanos;
    }

    @Override
    public void run() {
        try {
            while (System.nanoTime() < endNanos) {
                ask();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask() throws InterruptedException {
        ObjectNode body = statements.next();
        String id = diary.sent(
                "%s-%d".formatted(name, ++queries), body.path("timeout").asInt());
        try (SingleRequestConnection request = SingleRequestConnection.query(server, id, body.toString())) {
            int status = request.status();
            int patience = random.nextInt(10);
            if (patience < 2) {
                readSlowly(request.body());
            } else if (patience > 2) {
                skip(request.body());
            }
            diary.answered(String.valueOf(status));
        } catch (IOException e) {
            diary.answered("connection ended");
            // A server that is gone answers at once.
            Thread.sleep(SLOW_PAUSE_MILLIS);
        }
    }

    private static void readSlowly(InputStream answer) throws IOException, InterruptedException {
        for (int i = 0; i < SLOW_READS && answer.readNBytes(SLOW_BYTES).length > 0; i++) {
            Thread.sleep(SLOW_PAUSE_MILLIS);
        }
    }

    private void skip(InputStream answer) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long read = 0;
        for (int length = answer.read(buffer); length >= 0 && read < MOST_BYTES; length = answer.read(buffer)) {
            read += length;
        }
    }
}
