package io.gatehouse.pg.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value with fields, such as an element of {@code _pg_expandarray}. */
record Composite(List<String> names, List<? extends @Nullable Object> values) {
    @Nullable
    Object field(String name) {
        int index = names.indexOf(name);
        return index < 0 ? null : values.get(index);
    }

    /** (1,2) */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("(");
        for (Object value : values) {
            text.append(text.length() > 1 ? "," : "").append(value == null ? "" : value);
        }
        return text.append(')').toString();
    }
}
