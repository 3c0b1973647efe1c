package io.gatehouse.server.http;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers for Jetty what never reaches a route, such as a request line that is none: in our form, without a page. */
public final class MalformedRequests extends ErrorHandler {
    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        String detail = Optional.ofNullable(message).orElse("The request could not be read.");
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
        response.write(
                true,
                ByteBuffer.wrap(Problem.ofStatus(code, detail).toJson(Optional.empty(), Optional.empty())),
                callback);
    }
}
