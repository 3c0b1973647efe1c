package io.gatehouse.server.http;

import io.javalin.http.Context;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Names a query in its answer: by the client's {@code Query-Id} header, or else by an id of ours. */
public final class QueryId {
    public static final String HEADER = "Query-Id";

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String ATTRIBUTE = "gatehouse.queryId";

    private QueryId() {}

    /** Chooses the id of the request's query and puts it into the answer's header. */
    public static String assign(Context context) {
        String id = Optional.ofNullable(context.header(HEADER))
                .orElseGet(() -> UUID.randomUUID().toString());
        if (!VALID.matcher(id).matches()) {
            throw Json.invalid(
                    "The header Query-Id takes 1 to 64 of A-Z, a-z, 0-9, _ and -, not \"%s\".".formatted(id));
        }
        context.attribute(ATTRIBUTE, id);
        context.header(HEADER, id);
        return id;
    }

    static Optional<String> of(Context context) {
        return Optional.ofNullable(context.attribute(ATTRIBUTE));
    }
}
