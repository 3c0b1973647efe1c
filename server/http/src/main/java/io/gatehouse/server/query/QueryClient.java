package io.gatehouse.server.query;

import io.gatehouse.server.http.ClientConnection;

/** The client of a query as the register sees it. */
public interface QueryClient {
    /** Whether the client has left. Does not wait. */
    boolean hasLeft();

    /** Ends a response that the client does not read, so that it does not take a partial one for complete. */
    void abort(Throwable cause);

    /** The client of an HTTP request. */
    static QueryClient of(ClientConnection connection) {
        return new QueryClient() {
            @Override
            public boolean hasLeft() {
                return connection.hasLeft();
            }

            @Override
            public void abort(Throwable cause) {
                connection.abort(cause);
            }
        };
    }
}
