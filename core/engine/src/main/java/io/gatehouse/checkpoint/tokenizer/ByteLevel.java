package io.gatehouse.checkpoint.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The alphabet of byte-level BPE (GPT-2's bytes_to_unicode): printable Latin-1 bytes stand for themselves, the other 68
 * bytes, in order, are written as the characters from U+0100.
 */
final class ByteLevel {
    private static final int FIRST_STAND_IN = 0x100;

    private final int[] bytes = new int[FIRST_STAND_IN + 256];

    ByteLevel() {
        Arrays.fill(bytes, -1);
        int standIn = FIRST_STAND_IN;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value > ' ' && value < 0x7F) || (value > 0xA0 && value != 0xAD);
            bytes[printable ? value : standIn++] = value;
        }
    }

    /** Returns the text that a token stands for; bytes that are no whole character show as U+FFFD. */
    String text(String token) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(token.length());
        for (int i = 0; i < token.length(); i++) {
            char letter = token.charAt(i);
            int value = letter < bytes.length ? bytes[letter] : -1;
            if (value < 0) {
                // An added token is written as it is, and need not keep to the alphabet.
                return token;
            }
            out.write(value);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
