package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

/**
 * A column of a result.
 *
 * @param type the SQL type as users write it, such as {@code BIGINT}, {@code DECIMAL(18,3)} or {@code FLOAT[]}
 */
public record ResultColumn(String name, String type) {
    public ResultColumn {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
    }
}
