package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;

/**
 * Reads the body of a request before anything else, within limits of size and time. Without these, a client that sends one
 * byte at a time could hold a thread as long as it likes. A body that says it is too large is refused unread.
 */
public final class RequestBody implements Handler {
    private static final String READ = "gatehouse.body";

    private final HttpLimits limits;
    private final Set<String> streamed;

    /**
     * Reads the bodies of all requests but some.
     *
     * @param streamed paths whose handlers read the body themselves, within limits of their own
     */
    public RequestBody(HttpLimits limits, Set<String> streamed) {
        this.limits = requireNonNull(limits, "limits is null");
        this.streamed = Set.copyOf(streamed);
    }

    /** The bytes of the body; none where there is none. */
    public static byte[] of(Context context) {
        return Optional.<byte[]>ofNullable(context.attribute(READ)).orElseGet(() -> new byte[0]);
    }

    @Override
    public void handle(Context context) throws IOException {
        String path = context.path();
        if (streamed.contains(path.endsWith("/") ? path.substring(0, path.length() - 1) : path)) {
            return;
        }
        HttpServletRequest request = context.req();
        if (request.getContentLengthLong() > limits.bodyBytes()) {
            throw refused(context, tooLarge());
        }
        if (request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null) {
            context.attribute(READ, read(context, request.getInputStream()));
        }
    }

    /** Returns the error, whose answer does not wait for the rest of the body. */
    private static HttpResponseException refused(Context context, HttpResponseException error) {
        UnreadBody.leave(context);
        return error;
    }

    private byte[] read(Context context, InputStream in) throws IOException {
        long deadline = System.nanoTime() + limits.bodyTime().toNanos();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (body.size() + read > limits.bodyBytes()) {
                    throw refused(context, tooLarge());
                }
                body.write(buffer, 0, read);
                if (System.nanoTime() - deadline >= 0) {
                    throw refused(context, tooSlow());
                }
            }
        } catch (IOException e) {
            // Nothing arrived within the idle timeout of the connection.
            if (e.getCause() instanceof TimeoutException) {
                throw tooSlow();
            }
            throw broken(e);
        } catch (HttpException.RuntimeException e) {
            throw broken(e);
        }
        return body.toByteArray();
    }

    /** Malformed chunks, or a client that stops before the end. */
    private static HttpResponseException broken(Exception e) {
        HttpResponseException refused = new HttpResponseException(400, "The body cannot be read to its end.", Map.of());
        refused.addSuppressed(e);
        return refused;
    }

    private HttpResponseException tooLarge() {
        return new HttpResponseException(
                413, "The body is larger than %d bytes.".formatted(limits.bodyBytes()), Map.of());
    }

    private HttpResponseException tooSlow() {
        return new HttpResponseException(
                408,
                "The body did not come within %d s.".formatted(limits.bodyTime().toSeconds()),
                Map.of());
    }
}
