package io.gatehouse.server.http;

import io.javalin.http.Context;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** The id of a query: the client's {@code Query-Id} header, or a new one. */
public final class QueryId {
    public static final String HEADER = "Query-Id";

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String ATTRIBUTE = "gatehouse.queryId";

    private QueryId() {}

    /** Chooses the id of the request's query and puts it into the header of the response. */
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
