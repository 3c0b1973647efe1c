package io.gatehouse.duckdb;

import java.util.regex.Pattern;

/** Recognises the messages of DuckDB about damaged files. */
public final class Damage {
    /** Kinds of errors that such a message can have. */
    private static final Pattern KINDS =
            Pattern.compile("^(IO|Invalid|Invalid Input|Data Corruption|Serialization|Fatal) Error: ");

    private static final Pattern WORDS = Pattern.compile(
            "[Cc]orrupt|TProtocolException|TTransportException|[Dd]ecompress|Parquet|parquet file|magic bytes|checksum");

    private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");

    private Damage() {}

    /** Whether a message is about a damaged file. Quoted parts of a message are ignored: they are not DuckDB's words. */
    public static boolean isIn(String message) {
        return message.startsWith("Data Corruption Error")
                || message.startsWith("Serialization Error")
                || (KINDS.matcher(message).find()
                        && WORDS.matcher(QUOTED.matcher(message).replaceAll("")).find());
    }
}
