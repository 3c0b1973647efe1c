package io.gatehouse.handover;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes a pickle of Python, protocol 2. Instructions are named as in the module pickletools. */
final class Pickle {
    static final char EMPTY_DICT = '}';
    static final char EMPTY_LIST = ']';
    static final char EMPTY_TUPLE = ')';
    static final char MARK = '(';
    static final char APPENDS = 'e';
    static final char SETITEM = 's';
    static final char TUPLE = 't';
    static final char TUPLE1 = '\u0085';
    static final char TUPLE2 = '\u0086';
    static final char NEWFALSE = '\u0089';
    static final char BINPERSID = 'Q';
    static final char REDUCE = 'R';
    private static final char PROTO = '\u0080';
    private static final char BINUNICODE = 'X';
    private static final char GLOBAL = 'c';
    private static final char BININT = 'J';
    private static final char BINFLOAT = 'G';
    private static final char STOP = '.';

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Pickle() {
        op(PROTO);
        op((char) 2);
    }

    void op(char code) {
        bytes.write(code);
    }

    void text(String text) {
        byte[] encoded = text.getBytes(UTF_8);
        op(BINUNICODE);
        bytes.writeBytes(littleEndian(encoded.length));
        bytes.writeBytes(encoded);
    }

    /** A class or a function of a module. */
    void global(String module, String name) {
        op(GLOBAL);
        bytes.writeBytes("%s\n%s\n".formatted(module, name).getBytes(US_ASCII));
    }

    void number(int number) {
        op(BININT);
        bytes.writeBytes(littleEndian(number));
    }

    void number(double number) {
        op(BINFLOAT);
        bytes.writeBytes(ByteBuffer.allocate(Double.BYTES).putDouble(number).array());
    }

    /** Ends the pickle and returns it. */
    byte[] finish() {
        op(STOP);
        return bytes.toByteArray();
    }

    private static byte[] littleEndian(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }
}
