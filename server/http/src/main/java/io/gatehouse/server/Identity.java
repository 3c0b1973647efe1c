package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * What tells this life of a server from others.
 *
 * @param instance told to everybody
 * @param key told only to those who may read the notice beside the database file
 */
record Identity(String instance, String key) {
    Identity {
        requireNonNull(instance, "instance is null");
        requireNonNull(key, "key is null");
    }

    static Identity fresh() {
        return new Identity(UUID.randomUUID().toString(), ServerNotice.secret());
    }

    /** The key is nobody's business. */
    @Override
    public String toString() {
        return "Identity[%s]".formatted(instance);
    }
}
