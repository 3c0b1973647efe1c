package io.gatehouse.server.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatehouse.completion.Completion;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.Problem;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * The texts of a response as server-sent events. It begins with the first part, so that what is refused before that is an
 * error with a status. Each part is sent before the next one is generated, so that none waits in memory for a slow client.
 */
final class CompletionStream implements Consumer<Completion> {
    private static final String DONE = "[DONE]";

    private final Context context;
    private final ClientConnection client;
    private final ResponseFormat format;
    private Usage usage = Usage.NONE;
    private boolean begun;

    CompletionStream(Context context, ResponseFormat format) {
        this.context = context;
        this.client = ClientConnection.of(context);
        this.format = format;
    }

    boolean hasBegun() {
        return begun;
    }

    /** Whether the client has left. One that closes its side while events are sent does not read them, either. */
    boolean isUnwanted() {
        return begun ? client.hasClosed() : client.hasLeft();
    }

    /** @throws UncheckedIOException if the client has left */
    @Override
    public void accept(Completion part) {
        usage = usage.with(part);
        send(Json.string(format.part(part)));
    }

    /** @param withUsage whether the numbers of tokens are sent, too */
    void end(boolean withUsage) {
        if (withUsage) {
            send(Json.string(format.usage(usage)));
        }
        send(DONE);
    }

    /** Ends the stream with an error, and without what marks a complete one. */
    void fail(Problem problem) {
        send(Json.string(ModelError.of(problem)));
    }

    private void send(String data) {
        try {
            if (!begun) {
                begun = true;
                context.contentType("text/event-stream; charset=utf-8");
                context.header("X-Accel-Buffering", "no");
            }
            OutputStream out = context.res().getOutputStream();
            out.write(("data: " + data + "\n\n").getBytes(UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
