package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

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

    /**
     * Certificate and key, read now.
     *
     * @throws GatehouseException FILE_NOT_FOUND if there is no such file; INVALID_ARGUMENT if it is not a PKCS #12 file,
     *     holds no key, or the password is wrong
     */
    KeyStore keys() {
        try (InputStream in = Files.newInputStream(keystore)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, password.toCharArray());
            for (String alias : Collections.list(keys.aliases())) {
                if (keys.isKeyEntry(alias)) {
                    return keys;
                }
            }
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s has a certificate but no key.".formatted(keystore));
        } catch (NoSuchFileException e) {
            throw new GatehouseException(ErrorCode.FILE_NOT_FOUND, "There is no key store %s.".formatted(keystore), e);
        } catch (IOException | GeneralSecurityException e) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, fault(e), e);
        }
    }

    /** What a port other than that of HTTPS needs to speak TLS. */
    public SSLContext context() {
        try {
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys(), password.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, fault(e), e);
        }
    }

    private String fault(Exception e) {
        return e.getCause() instanceof UnrecoverableKeyException
                ? "The password is not that of %s.".formatted(keystore)
                : "%s is no PKCS #12 file that can be read: %s.".formatted(keystore, e.getMessage());
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "Tls[%s]".formatted(keystore);
    }
}
