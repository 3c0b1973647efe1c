package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * What tells this start of a server from others.
 *
 * @param instance public
 * @param key only in the file beside the database, for those who may read it
 */
record Identity(String instance, String key) {
    Identity {
        requireNonNull(instance, "instance is null");
        requireNonNull(key, "key is null");
    }

    static Identity fresh() {
        return new Identity(UUID.randomUUID().toString(), ServerFile.secret());
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Identity[%s]".formatted(instance);
    }
}
