package io.gatehouse.checkpoint.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The alphabet of byte-level BPE (GPT-2's bytes_to_unicode): printable Latin-1 bytes stand for themselves; the other 68
 * bytes, in order, are written as the characters from U+0100. A space is {@code Ġ}.
 */
public final class ByteLevel {
    private static final int FIRST_STAND_IN = 0x100;
    private static final char[] LETTERS = new char[256];
    private static final int[] BYTES = new int[FIRST_STAND_IN + 256];

    static {
        Arrays.fill(BYTES, -1);
        int standIn = FIRST_STAND_IN;
        for (int value = 0; value < LETTERS.length; value++) {
            boolean printable = (value > ' ' && value < 0x7F) || (value > 0xA0 && value != 0xAD);
            LETTERS[value] = (char) (printable ? value : standIn++);
            BYTES[LETTERS[value]] = value;
        }
    }

    private ByteLevel() {}

    /** The 256 letters in the order of the bytes that they stand for. */
    public static List<String> letters() {
        return IntStream.range(0, LETTERS.length)
                .mapToObj(value -> Character.toString(LETTERS[value]))
                .toList();
    }

    /** One letter for each UTF-8 byte of the text. */
    public static List<String> spell(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, bytes.length)
                .mapToObj(i -> Character.toString(LETTERS[Byte.toUnsignedInt(bytes[i])]))
                .toList();
    }

    /** Returns the text that a token stands for; bytes that are not a whole character show as U+FFFD. */
    static String text(String token) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(token.length());
        for (int i = 0; i < token.length(); i++) {
            char letter = token.charAt(i);
            int value = letter < BYTES.length ? BYTES[letter] : -1;
            if (value < 0) {
                // An added token is written as it is, and need not keep to the alphabet.
                return token;
            }
            out.write(value);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
