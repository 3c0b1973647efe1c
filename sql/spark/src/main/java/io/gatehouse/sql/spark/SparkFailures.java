package io.gatehouse.sql.spark;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.SparkThrowable;

/** Translates Spark's errors. */
final class SparkFailures {
    private SparkFailures() {}

    /** Runs a call and translates its exceptions. */
    static <T> T translated(Callable<T> call) {
        try {
            return call.call();
        } catch (Exception e) {
            throw translate(e);
        }
    }

    static GatehouseException translate(Exception e) {
        if (e instanceof GatehouseException ours) {
            return ours;
        }
        String message = firstLine(e);
        String state = e instanceof SparkThrowable spark && spark.getSqlState() != null ? spark.getSqlState() : "";
        return new GatehouseException(code(state, message), "Spark: %s".formatted(message), e);
    }

    /** Returns the first line; Spark's plan and more follow it. */
    static String firstLine(Exception e) {
        return String.valueOf(e.getMessage())
                .lines()
                .findFirst()
                .map(String::strip)
                .orElse("no message");
    }

    private static ErrorCode code(String state, String message) {
        if (message.contains("OPERATION_CANCELED") || state.equals("HY008")) {
            return ErrorCode.CANCELLED_BY_USER;
        }
        if (message.toLowerCase(Locale.ROOT).contains("unavailable")) {
            return ErrorCode.CLUSTER_FAILED;
        }
        return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "22", "21", "P0" -> ErrorCode.SQL_EXECUTION;
            case "0A", "42" -> ErrorCode.SQL_NOT_SUPPORTED;
            case "53", "54" -> ErrorCode.OUT_OF_MEMORY;
            default -> ErrorCode.CLUSTER_FAILED;
        };
    }
}
