package io.gatehouse.cli.sql;

import java.util.Locale;

/** How rows are written. */
enum RowFormat {
    TABLE,
    VERTICAL,
    CSV,
    JSON,
    PARQUET,
    LATEX;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
