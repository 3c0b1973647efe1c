package io.gatehouse.server.event;

import static java.util.Objects.requireNonNull;

/**
 * What SQL finds has changed.
 *
 * @param reason such as {@code saved} or {@code shard-committed}
 */
public record SchemaChange(String reason) {
    public SchemaChange {
        requireNonNull(reason, "reason is null");
    }
}
