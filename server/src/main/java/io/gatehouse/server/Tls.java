package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * Certificate and key of a server that is reached by HTTPS.
 *
 * @param keystore PKCS #12
 */
public record Tls(Path keystore, String password) {
    public Tls {
        requireNonNull(keystore, "keystore is null");
        requireNonNull(password, "password is null");
    }

    /** The password is nobody's business. */
    @Override
    public String toString() {
        return "Tls[%s]".formatted(keystore);
    }
}
