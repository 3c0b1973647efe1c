package io.gatehouse.run;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Tells lists of prompts apart: by every token of every prompt, and so by quiz, examples, format and tokenizer. */
final class PromptDigest {
    private PromptDigest() {}

    /** The first 16 hex digits of the SHA-256 of the prompts. */
    static String of(List<Asked> prompts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Asked asked : prompts) {
                int[] tokens = asked.prompt().tokens();
                ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (tokens.length + 2));
                bytes.putInt(tokens.length).putInt(asked.prompt().sharedPrefix());
                bytes.asIntBuffer().put(tokens);
                digest.update(bytes.array());
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
