package io.gatehouse.cli;

import java.util.Locale;

/** How rows are written. */
enum RowFormat {
    TABLE,
    CSV,
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
