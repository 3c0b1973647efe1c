package io.gatehouse.sample.vocabulary;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.stream.IntStream;

/**
 * GPT-2's bijection between bytes and printable characters. Bytes that print stand for themselves; the others, in
 * order, become the characters from U+0100 on. A space is {@code Ġ}.
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = characters();

    private ByteAlphabet() {}

    /** The 256 characters in order of the byte each stands for. */
    static List<String> letters() {
        return IntStream.range(0, 256)
                .mapToObj(value -> Character.toString(CHARACTERS[value]))
                .toList();
    }

    /** One character per UTF-8 byte of the text. */
    static List<String> spell(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return IntStream.range(0, bytes.length)
                .mapToObj(i -> Character.toString(CHARACTERS[Byte.toUnsignedInt(bytes[i])]))
                .toList();
    }

    private static char[] characters() {
        char[] characters = new char[256];
        char next = 256;
        for (int value = 0; value < characters.length; value++) {
            characters[value] = isPrintable(value) ? (char) value : next++;
        }
        return characters;
    }

    private static boolean isPrintable(int value) {
        return (value >= '!' && value <= '~') || (value >= '¡' && value <= '¬') || (value >= '®' && value <= 'ÿ');
    }
}
