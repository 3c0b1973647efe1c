package io.gatehouse.duckdb;

import java.util.regex.Pattern;

/** What DuckDB says of files whose bytes are not what they should be. */
public final class Damage {
    /** Kinds of errors that it says it with. */
    private static final Pattern KINDS =
            Pattern.compile("^(IO|Invalid|Invalid Input|Data Corruption|Serialization|Fatal) Error: ");

    private static final Pattern WORDS = Pattern.compile(
            "[Cc]orrupt|TProtocolException|TTransportException|[Dd]ecompress|Parquet|parquet file|magic bytes|checksum");

    private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");

    private Damage() {}

    /** Whether a message is about it. What is quoted in a message is not DuckDB's. */
    public static boolean isIn(String message) {
        return message.startsWith("Data Corruption Error")
                || message.startsWith("Serialization Error")
                || (KINDS.matcher(message).find()
                        && WORDS.matcher(QUOTED.matcher(message).replaceAll("")).find());
    }
}
