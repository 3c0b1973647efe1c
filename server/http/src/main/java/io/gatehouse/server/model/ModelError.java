package io.gatehouse.server.model;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.server.http.Problem;
import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/** An error as OpenAI's clients read it. */
public record ModelError(Cause error) {
    public static final String CONTENT_TYPE = "application/json";

    public ModelError {
        requireNonNull(error, "error is null");
    }

    /** What was wrong. */
    public record Cause(
            @JsonField("What was wrong, with the value that was wrong.")
            String message,

            @JsonField(
                    values = {
                        "invalid_request_error",
                        "authentication_error",
                        "permission_error",
                        "not_found_error",
                        "rate_limit_error",
                        "server_error"
                    })
            String type,

            @JsonField("Always null: the message names the field.") @Nullable
            String param,

            @JsonField("Code of the error, as in a problem document; null for an error of HTTP itself.") @Nullable
            String code) {}

    public static ModelError of(Problem problem) {
        return new ModelError(new Cause(
                problem.detail(), type(problem.status()), null, problem.code().orElse(null)));
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 429 -> "rate_limit_error";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
    }

    /** Sends a problem in this form. */
    public static void send(Context context, Problem problem) {
        problem.sendAs(context, CONTENT_TYPE, of(problem));
    }
}
