package io.gatehouse.server.query;

import io.gatehouse.server.http.Json;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The formats that rows can be had in. */
enum ResultFormat {
    JSON("application/json"),
    NDJSON("application/x-ndjson"),
    CSV("text/csv"),
    ARROW("application/vnd.apache.arrow.stream"),
    PARQUET("application/vnd.apache.parquet"),
    LATEX("text/x-tex");

    private final String mediaType;

    ResultFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    String mediaType() {
        return mediaType;
    }

    /** As Content-Type has it. */
    String contentType() {
        return switch (this) {
            case CSV -> "text/csv; charset=utf-8; header=present";
            case LATEX -> mediaType + "; charset=utf-8";
            case JSON, NDJSON, ARROW, PARQUET -> mediaType;
        };
    }

    static ResultFormat of(String id) {
        return Arrays.stream(values())
                .filter(format -> format.id().equals(id.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> Json.invalid("There is no format \"%s\"; there are %s.".formatted(id, list(true))));
    }

    /** The format that the Accept header likes best, JSON where it leaves the choice. */
    static ResultFormat accepted(Context context) {
        String accept = Optional.ofNullable(context.header("Accept")).orElse("*/*");
        ResultFormat best = JSON;
        double quality = 0;
        for (String range : accept.split(",", -1)) {
            String[] parts = range.split(";", -1);
            double wish = quality(parts);
            Optional<ResultFormat> format = matching(parts[0].strip().toLowerCase(Locale.ROOT));
            if (format.isPresent() && wish > quality) {
                best = format.get();
                quality = wish;
            }
        }
        if (quality == 0) {
            throw new HttpResponseException(
                    406, "None of \"%s\" can be had; there are %s.".formatted(accept, list(false)), Map.of());
        }
        return best;
    }

    private static Optional<ResultFormat> matching(String range) {
        if (range.equals("*/*") || range.equals("application/*")) {
            return Optional.of(JSON);
        }
        if (range.equals("text/*")) {
            return Optional.of(CSV);
        }
        return Arrays.stream(values())
                .filter(format -> format.mediaType.equals(range))
                .findFirst();
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2));
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }

    private static String list(boolean ids) {
        return Arrays.stream(values())
                .map(format -> ids ? format.id() : format.mediaType)
                .collect(Collectors.joining(", "));
    }
}
