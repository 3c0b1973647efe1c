package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import java.util.function.IntSupplier;

/**
 * One client of many: mostly it asks something small, now and then it wants many rows, changes its mind about a query
 * that takes too long, or leaves in the middle of one. What it does is random, and the same for the same seed.
 */
final class LoadClient implements Runnable {
    /** Questions of a shard, which a run commits together. */
    private static final int SHARD = 64;

    /** Between two things that a client does; half of it on average, so that it does about four a second. */
    private static final int LONGEST_PAUSE_MILLIS = 500;

    private static final int LONGEST_PATIENCE_MILLIS = 200;
    private static final int CANCEL_TRIES = 10_000;
    private static final int CANCELLED = 409;

    private final URI server;
    private final String name;
    private final IntSupplier run;
    private final LoadDiary diary;
    private final Random random;
    private final long endNanos;
    private int queries;

    /**
     * @param run number of the run to ask about
     * @param diary is told what came of everything
     */
    LoadClient(URI server, String name, IntSupplier run, LoadDiary diary, long seed, Duration time) {
        this.server = requireNonNull(server, "server is null");
        this.name = requireNonNull(name, "name is null");
        this.run = requireNonNull(run, "run is null");
        this.diary = requireNonNull(diary, "diary is null");
        this.random = new Random(seed);
        this.endNanos = System.nanoTime() + time.toNanos();
    }

    @Override
    public void run() {
        try {
            while (System.nanoTime() < endNanos) {
                act();
                Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void act() throws InterruptedException {
        int draw = random.nextInt(100);
        try {
            if (draw < 60) {
                askSomethingSmall();
            } else if (draw < 75) {
                lookForWholeQuestions();
            } else if (draw < 80) {
                takeManyRows();
            } else if (draw < 87) {
                cancel();
            } else if (draw < 92) {
                leaveBeforeTheAnswer();
            } else if (draw < 96) {
                leaveInTheAnswer();
            } else {
                listen();
            }
        } catch (IOException e) {
            diary.fault("%s: %s".formatted(name, e));
        }
    }

    private void askSomethingSmall() throws IOException {
        String sql = BenchStatements.ROLLUPS.get(random.nextInt(BenchStatements.ROLLUPS.size()));
        String body = body(sql, 1);
        long start = System.nanoTime();
        try (SingleRequestConnection request = SingleRequestConnection.post(server, "v1/query", body)) {
            int status = request.status();
            int length = request.body().readAllBytes().length;
            if (status == 200) {
                diary.small(Duration.ofNanos(System.nanoTime() - start));
            } else {
                diary.fault("%s: %d with %d bytes for %s".formatted(name, status, length, sql));
            }
        }
    }

    /** A reader must never see a part of a shard, nor facts of a question without their sums. */
    private void lookForWholeQuestions() throws IOException {
        try (SingleRequestConnection request =
                SingleRequestConnection.post(server, "v1/query", body(BenchStatements.WHOLE, 5))) {
            JsonNode row = request.json().at("/rows/0");
            long questions = row.path(0).asLong();
            long layers = row.path(1).asLong();
            long topK = row.path(2).asLong();
            long answered = row.path(3).asLong();
            long tokens = row.path(4).asLong();
            boolean whole = (answered % SHARD == 0 || answered == questions)
                    && row.path(5).asLong() == tokens
                    && row.path(6).asLong() == tokens * layers
                    && row.path(7).asLong() == tokens * layers * topK;
            if (questions == 0 || !whole) {
                diary.fault("%s saw a part of a question: %s".formatted(name, row));
            }
            diary.checked();
        }
    }

    private void takeManyRows() throws IOException {
        try (SingleRequestConnection request = SingleRequestConnection.post(server, "v1/query", exported())) {
            if (request.status() != 200) {
                diary.fault("%s got no rows".formatted(name));
            }
            request.body().transferTo(OutputStream.nullOutputStream());
            diary.exported();
        }
    }

    private void cancel() throws IOException, InterruptedException {
        String id = id();
        try (SingleRequestConnection request = SingleRequestConnection.query(server, id, endless())) {
            Thread.sleep(random.nextInt(LONGEST_PATIENCE_MILLIS));
            for (int tries = 0; !isCancelled(id); tries++) {
                if (tries > CANCEL_TRIES) {
                    throw new IOException("the query to cancel never arrived");
                }
                Thread.sleep(1);
            }
            int status = request.status();
            if (status != CANCELLED) {
                diary.fault("%s cancelled and got %d".formatted(name, status));
            }
            diary.cancelled();
        }
    }

    private boolean isCancelled(String id) throws IOException {
        try (SingleRequestConnection request = SingleRequestConnection.send(server, "DELETE", "v1/queries/" + id)) {
            return request.status() == 202;
        }
    }

    private void leaveBeforeTheAnswer() throws IOException, InterruptedException {
        SingleRequestConnection request = SingleRequestConnection.query(server, id(), endless());
        Thread.sleep(random.nextInt(LONGEST_PATIENCE_MILLIS));
        request.close();
        diary.left();
    }

    private void leaveInTheAnswer() throws IOException {
        try (SingleRequestConnection request = SingleRequestConnection.post(server, "v1/query", exported())) {
            request.status();
            request.body().readNBytes(random.nextInt(100_000));
            diary.left();
        }
    }

    private void listen() throws IOException {
        try (SingleRequestConnection request = SingleRequestConnection.send(server, "GET", "v1/events")) {
            request.status();
            InputStream events = request.body();
            int bytes = random.nextInt(2000);
            // Somebody who looks for a moment. Once nothing runs any more, only heartbeats come.
            while (bytes > 0 && System.nanoTime() < endNanos && events.read() >= 0) {
                bytes--;
            }
            diary.left();
        }
    }

    private String id() {
        return name + "-" + ++queries;
    }

    private String exported() {
        return object(BenchStatements.EXPORT, 1).put("format", "csv").toString();
    }

    private String endless() {
        return object(BenchStatements.ENDLESS, 0).toString();
    }

    private String body(String sql, int parameters) {
        return object(sql, parameters).toString();
    }

    private ObjectNode object(String sql, int parameters) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("sql", sql);
        int number = run.getAsInt();
        for (int i = 0; i < parameters; i++) {
            body.withArray("parameters").add(number);
        }
        return body;
    }
}
