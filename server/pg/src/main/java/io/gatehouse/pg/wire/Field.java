package io.gatehouse.pg.wire;

import static java.util.Objects.requireNonNull;

/** A column of a result as RowDescription tells it. */
public record Field(String name, WireType type) {
    public Field {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
    }
}
