package io.gatehouse.pg.wire;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * SCRAM-SHA-256 of RFC 5802 and RFC 7677 without channel binding, for one secret that all users share. It keeps the two
 * derived keys and not the secret; the secret does not cross the network.
 *
 * <pre>
 * SaltedPassword  = PBKDF2-HMAC-SHA-256(secret, salt, iterations)
 * ClientKey       = HMAC(SaltedPassword, "Client Key");  StoredKey = SHA-256(ClientKey)
 * ServerKey       = HMAC(SaltedPassword, "Server Key")
 * AuthMessage     = client-first-bare "," server-first "," client-final-without-proof
 * ClientProof     = ClientKey XOR HMAC(StoredKey, AuthMessage)
 * ServerSignature = HMAC(ServerKey, AuthMessage)
 * </pre>
 */
public final class Scram {
    public static final String MECHANISM = "SCRAM-SHA-256";

    /** What RFC 7677 asks for at least, and what PostgreSQL uses. */
    private static final int ITERATIONS = 4096;

    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 18;
    private static final int KEY_BITS = 256;

    private final SecureRandom random = new SecureRandom();
    private final byte[] salt = new byte[SALT_BYTES];
    private final byte[] storedKey;
    private final byte[] serverKey;

    public Scram(String secret) {
        requireNonNull(secret, "secret is null");
        random.nextBytes(salt);
        try {
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(secret.toCharArray(), salt, ITERATIONS, KEY_BITS))
                    .getEncoded();
            storedKey = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
            serverKey = hmac(salted, "Server Key");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java has no SCRAM-SHA-256", e);
        }
    }

    /** One exchange: what the server has said, and waits for. */
    public record Exchange(String clientFirstBare, String binding, String nonce, String serverFirst) {}

    /**
     * Answers the client's first message.
     *
     * @param message {@code gs2-header n=user,r=nonce}; the user is ignored
     */
    public Exchange first(String message) {
        String[] parts = message.split(",", 3);
        // "p=…" would bind the exchange to TLS, which was not offered.
        if (parts.length < 3 || !(parts[0].equals("n") || parts[0].equals("y"))) {
            throw new ProtocolViolation("the first message of SCRAM has no header \"n,,\" or \"y,,\"");
        }
        String header = parts[0] + "," + parts[1] + ",";
        byte[] own = new byte[NONCE_BYTES];
        random.nextBytes(own);
        String nonce = attribute(parts[2], "r") + Base64.getEncoder().encodeToString(own);
        String answer = "r=%s,s=%s,i=%d".formatted(nonce, Base64.getEncoder().encodeToString(salt), ITERATIONS);
        String binding = Base64.getEncoder().encodeToString(header.getBytes(StandardCharsets.UTF_8));
        return new Exchange(parts[2], binding, nonce, answer);
    }

    /**
     * Checks the client's second message. Returns the server's signature, or an empty text if the secret is wrong.
     *
     * @param message {@code c=binding,r=nonce,p=proof}
     */
    public String last(Exchange exchange, String message) {
        int proofAt = message.lastIndexOf(",p=");
        if (proofAt < 0) {
            throw new ProtocolViolation("the second message of SCRAM has no proof");
        }
        String bare = message.substring(0, proofAt);
        String signed = exchange.clientFirstBare() + "," + exchange.serverFirst() + "," + bare;
        try {
            byte[] proof = Base64.getDecoder().decode(message.substring(proofAt + 3));
            byte[] clientKey = hmac(storedKey, signed);
            if (proof.length != clientKey.length
                    || !attribute(bare, "c").equals(exchange.binding())
                    || !attribute(bare, "r").equals(exchange.nonce())) {
                return "";
            }
            for (int i = 0; i < clientKey.length; i++) {
                clientKey[i] ^= proof[i];
            }
            byte[] shown = MessageDigest.getInstance("SHA-256").digest(clientKey);
            return MessageDigest.isEqual(shown, storedKey)
                    ? "v=" + Base64.getEncoder().encodeToString(hmac(serverKey, signed))
                    : "";
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolation("the proof of SCRAM is not Base64");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java has no SCRAM-SHA-256", e);
        }
    }

    private static String attribute(String message, String name) {
        Map<String, String> attributes = new HashMap<>();
        for (String part : message.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                attributes.putIfAbsent(part.substring(0, equals), part.substring(equals + 1));
            }
        }
        String value = attributes.get(name);
        if (value == null || value.isEmpty()) {
            throw new ProtocolViolation("a message of SCRAM has no %s=".formatted(name));
        }
        return value;
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
