package io.gatehouse.pg;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The settings of a session, and who asks for which database. Clients set many that mean nothing here; they get back what they set. */
final class Settings {
    /** The major version whose protocol and catalogue this is; clients choose their queries by it. */
    static final String SERVER_VERSION = "16.0";

    /** What clients are told when they connect, and when it changes. */
    private static final List<String> REPORTED = List.of(
            "server_version",
            "server_encoding",
            "client_encoding",
            "application_name",
            "DateStyle",
            "IntervalStyle",
            "TimeZone",
            "integer_datetimes",
            "standard_conforming_strings",
            "default_transaction_read_only",
            "in_hot_standby",
            "is_superuser",
            "session_authorization");

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("server_version", SERVER_VERSION),
            Map.entry("server_version_num", "160000"),
            Map.entry("server_encoding", "UTF8"),
            Map.entry("client_encoding", "UTF8"),
            Map.entry("application_name", ""),
            Map.entry("DateStyle", "ISO, MDY"),
            Map.entry("IntervalStyle", "postgres"),
            Map.entry("TimeZone", "UTC"),
            Map.entry("integer_datetimes", "on"),
            Map.entry("standard_conforming_strings", "on"),
            Map.entry("default_transaction_read_only", "on"),
            Map.entry("transaction_read_only", "on"),
            Map.entry("default_table_access_method", "heap"),
            Map.entry("default_tablespace", ""),
            Map.entry("default_transaction_isolation", "read committed"),
            Map.entry("transaction_isolation", "read committed"),
            Map.entry("in_hot_standby", "off"),
            Map.entry("is_superuser", "off"),
            Map.entry("session_authorization", "gatehouse"),
            Map.entry("search_path", "public"),
            Map.entry("extra_float_digits", "1"),
            Map.entry("bytea_output", "hex"),
            Map.entry("statement_timeout", "0"),
            Map.entry("lock_timeout", "0"),
            Map.entry("idle_in_transaction_session_timeout", "0"),
            Map.entry("max_index_keys", "32"),
            Map.entry("max_identifier_length", "63"),
            Map.entry("jit", "off"),
            Map.entry("lc_collate", "C"),
            Map.entry("lc_ctype", "C"),
            Map.entry("row_security", "off"),
            Map.entry("client_min_messages", "notice"),
            Map.entry("max_connections", "256"));

    private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(us|ms|s|min|h|d)?");

    private final Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private String database = "";

    Settings() {
        values.putAll(DEFAULTS);
    }

    /** Says who the client is, and the name by which it calls the database; any name is right. */
    void connect(String user, String name) {
        values.put("session_authorization", user);
        database = name;
    }

    String database() {
        return database;
    }

    List<String> reported() {
        return REPORTED;
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Names and values of all. */
    List<List<String>> all() {
        List<List<String>> rows = new ArrayList<>();
        values.forEach((name, value) -> rows.add(List.of(name, value)));
        return rows;
    }

    /**
     * Sets a value.
     *
     * @throws GatehouseException INVALID_ARGUMENT for a value that would change what is sent, and is not supported
     */
    void set(String name, String value) {
        if (value.equalsIgnoreCase("default")) {
            reset(name);
            return;
        }
        switch (name.toLowerCase(Locale.ROOT)) {
            case "client_encoding" -> require(value.matches("(?i)utf-?8|unicode|auto"), name, value, "UTF8");
            case "datestyle" -> require(value.matches("(?i)iso.*"), name, value, "ISO");
            case "intervalstyle" -> require(value.matches("(?i)postgres"), name, value, "postgres");
            case "standard_conforming_strings" -> require(value.matches("(?i)on|true|1|yes"), name, value, "on");
            case "bytea_output" -> require(value.matches("(?i)hex"), name, value, "hex");
            case "statement_timeout" -> timeout(value);
            case "server_version", "server_version_num", "server_encoding", "integer_datetimes" ->
                require(false, name, value, values.getOrDefault(name, ""));
            default -> {}
        }
        values.put(name, canonical(name, value));
    }

    private static String canonical(String name, String value) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "client_encoding" -> "UTF8";
            case "datestyle" -> "ISO, MDY";
            default -> value;
        };
    }

    private static void require(boolean condition, String name, String value, String only) {
        if (!condition) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The setting %s can only be %s, not \"%s\".".formatted(name, only, value));
        }
    }

    void reset(String name) {
        Optional<String> usual = DEFAULTS.entrySet().stream()
                .filter(entry -> entry.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst();
        usual.ifPresentOrElse(value -> values.put(name, value), () -> values.remove(name));
    }

    void resetAll() {
        String user = values.getOrDefault("session_authorization", "");
        values.clear();
        values.putAll(DEFAULTS);
        values.put("session_authorization", user);
    }

    /** The time limit that the client has set for its statements. */
    Optional<Duration> statementTimeout() {
        Duration limit = timeout(values.getOrDefault("statement_timeout", "0"));
        return limit.isZero() ? Optional.empty() : Optional.of(limit);
    }

    private static Duration timeout(String value) {
        Matcher time = TIME.matcher(value.strip());
        require(time.matches(), "statement_timeout", value, "a number of milliseconds, or one with ms, s, min or h");
        long number = Long.parseLong(time.group(1));
        return switch (Optional.ofNullable(time.group(2)).orElse("ms")) {
            case "us" -> Duration.ofNanos(number * 1000);
            case "s" -> Duration.ofSeconds(number);
            case "min" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> Duration.ofMillis(number);
        };
    }
}
