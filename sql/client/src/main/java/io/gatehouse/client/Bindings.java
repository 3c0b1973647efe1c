package io.gatehouse.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values for the parameters of a statement; null is SQL's NULL. */
public sealed interface Bindings {
    /** A value for each {@code ?}, in order. */
    record InOrder(List<@Nullable Object> values) implements Bindings {
        public InOrder {
            values = Collections.unmodifiableList(new ArrayList<>(values));
        }
    }

    /** A value for each {@code :name}; names are compared without case. */
    record ByName(Map<String, @Nullable Object> named) implements Bindings {
        public ByName {
            named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
        }

        @Override
        public Collection<@Nullable Object> values() {
            return named.values();
        }
    }

    /** No values. */
    static Bindings none() {
        return new ByName(Map.of());
    }

    Collection<@Nullable Object> values();

    default boolean isEmpty() {
        return values().isEmpty();
    }
}
