package io.gatehouse.server.http;

import io.javalin.http.Context;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * Takes the method of a request from its first line only, as a proxy before this server does; Javalin would let a header
 * override it. HEAD is served as GET, and Jetty leaves the body out.
 */
public final class RequestLine implements HttpConfiguration.Customizer {
    private static final String HEAD = "gatehouse.head";
    private static final String OVERRIDE = "X-HTTP-Method-Override";

    @Override
    public Request customize(Request request, HttpFields.Mutable answer) {
        if (HttpMethod.CONNECT.is(request.getMethod())) {
            // It is refused like any unknown method, but Jetty would keep the connection open for a tunnel.
            Request.addCompletionListener(
                    request,
                    failure -> request.getConnectionMetaData().getConnection().close());
        }
        boolean head = HttpMethod.HEAD.is(request.getMethod());
        if (head) {
            request.setAttribute(HEAD, true);
        }
        return head || request.getHeaders().contains(OVERRIDE) ? new Served(request, head) : request;
    }

    /** Whether the client wants the headers of an answer only. */
    public static boolean isHead(Context context) {
        return context.req().getAttribute(HEAD) != null;
    }

    private static final class Served extends Request.Wrapper {
        private final boolean head;
        private final HttpFields headers;

        private Served(Request request, boolean head) {
            super(request);
            this.head = head;
            HttpFields.Mutable kept = HttpFields.build();
            for (HttpField field : request.getHeaders()) {
                if (!field.getName().equalsIgnoreCase(OVERRIDE)) {
                    kept.add(field);
                }
            }
            this.headers = kept.asImmutable();
        }

        @Override
        public String getMethod() {
            return head ? HttpMethod.GET.asString() : super.getMethod();
        }

        @Override
        public HttpFields getHeaders() {
            return headers;
        }
    }
}
