package io.gatehouse.store.query;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A query that a user saved under a name.
 *
 * @param description what it is for; may be empty
 */
public record SavedQuery(String name, String sql, String description, Instant createdAt, Instant changedAt) {
    public SavedQuery {
        requireNonNull(name, "name is null");
        requireNonNull(sql, "sql is null");
        requireNonNull(description, "description is null");
        requireNonNull(createdAt, "createdAt is null");
        requireNonNull(changedAt, "changedAt is null");
    }
}
