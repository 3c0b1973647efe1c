package io.gatehouse.server.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/**
 * The rest of a body whose request is refused before it is there. The refusal is sent first, so that it does not depend on
 * what the client sends. Then a little is read and thrown away: if the server closed at once, a client that is still sending
 * would get a reset of the connection, and perhaps not the refusal.
 */
public final class UnreadBody {
    private static final String LEFT = "gatehouse.unread";

    private static final Duration WITHOUT_A_BYTE = Duration.ofSeconds(1);
    private static final Duration ALTOGETHER = Duration.ofSeconds(3);
    private static final long MOST_BYTES = 256L << 20;

    private UnreadBody() {}

    /** Declares that the body of the request will not be read. */
    public static void leave(Context context) {
        context.attribute(LEFT, true);
    }

    /** Sends the answer that was made for such a request, and ends the connection; does nothing for another one. */
    public static void answer(Context context) {
        if (context.attribute(LEFT) == null) {
            return;
        }
        try {
            byte[] answer = Optional.ofNullable(context.resultInputStream())
                    .orElseGet(InputStream::nullInputStream)
                    .readAllBytes();
            context.result("");
            context.header("Connection", "close");
            context.res().setContentLength(answer.length);
            context.res().getOutputStream().write(answer);
            context.res().flushBuffer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // A client that asked whether to send its body has not begun, and will not.
        if (context.header("Expect") == null) {
            readOn(context);
        }
    }

    private static void readOn(Context context) {
        EndPoint connection = ServletContextRequest.getServletContextRequest(context.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        connection.setIdleTimeout(WITHOUT_A_BYTE.toMillis());
        long deadline = System.nanoTime() + ALTOGETHER.toNanos();
        byte[] buffer = new byte[1 << 16];
        long count = 0;
        try {
            InputStream in = context.req().getInputStream();
            for (int read = in.read(buffer);
                    read >= 0 && count < MOST_BYTES && System.nanoTime() - deadline < 0;
                    read = in.read(buffer)) {
                count += read;
            }
        } catch (IOException e) {
            // It has left, or sends nothing more.
        }
    }
}
