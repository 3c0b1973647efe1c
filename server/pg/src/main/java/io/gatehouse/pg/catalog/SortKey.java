package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One key of an order. NULLs are the largest values unless it is said otherwise. */
record SortKey(Expr value, boolean descending, boolean nullsFirst) {
    SortKey {
        requireNonNull(value, "value is null");
    }

    private int compare(@Nullable Object one, @Nullable Object other) {
        if (one == null || other == null) {
            int nullsLast = Boolean.compare(one == null, other == null);
            return nullsFirst ? -nullsLast : nullsLast;
        }
        int order = Values.compare(one, other);
        return descending ? -order : order;
    }

    /** Compares the values of all keys. */
    static Comparator<@Nullable Object[]> comparator(List<SortKey> keys) {
        return (one, other) -> {
            for (int i = 0; i < keys.size(); i++) {
                int order = keys.get(i).compare(one[i], other[i]);
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        };
    }
}
