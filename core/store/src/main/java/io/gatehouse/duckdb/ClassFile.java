package io.gatehouse.duckdb;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A compiled class, divided at its constants (JVMS 4.4).
 *
 * @param head the magic and the version
 * @param constants from 1 on, each with its tag; empty behind a long or a double, which count twice
 * @param rest the bytes after them, which refer to them by number
 */
record ClassFile(byte[] head, List<byte[]> constants, byte[] rest) {
    private static final int HEAD = 8;
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int METHOD = 10;

    static ClassFile of(byte[] content) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
            byte[] head = in.readNBytes(HEAD);
            int count = in.readUnsignedShort();
            List<byte[]> constants = new ArrayList<>(List.of(new byte[0]));
            while (constants.size() < count) {
                int tag = in.readUnsignedByte();
                byte[] length = tag == UTF8 ? in.readNBytes(Short.BYTES) : new byte[0];
                byte[] value =
                        in.readNBytes(tag == UTF8 ? ByteBuffer.wrap(length).getShort() & 0xffff : size(tag));
                constants.add(joined(new byte[] {(byte) tag}, length, value));
                if (tag == LONG || tag == DOUBLE) {
                    constants.add(new byte[0]);
                }
            }
            return new ClassFile(head, constants, in.readAllBytes());
        }
    }

    /** Returns the class with calls of its own method redirected to the method of the same name of another class. */
    byte[] callElsewhere(String owner, String method, String elsewhere) throws IOException {
        List<byte[]> changed = new ArrayList<>(constants);
        changed.add(utf8(elsewhere));
        changed.add(reference(CLASS, changed.size() - 1));
        int target = changed.size() - 1;
        int calls = 0;
        for (int i = 1; i < constants.size(); i++) {
            byte[] constant = constants.get(i);
            if (constant.length > 0
                    && constant[0] == METHOD
                    && Arrays.equals(named(named(constant, 1), 1), utf8(owner))
                    && Arrays.equals(named(named(constant, 3), 1), utf8(method))) {
                changed.set(i, joined(reference(METHOD, target), Arrays.copyOfRange(constant, 3, 5)));
                calls++;
            }
        }
        if (calls != 1) {
            throw new IOException("%s calls %s %d times".formatted(owner, method, calls));
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(content)) {
            out.write(head);
            out.writeShort(changed.size());
            for (byte[] constant : changed) {
                out.write(constant);
            }
            out.write(rest);
        }
        return content.toByteArray();
    }

    /** Returns the constant that another one refers to at a position. */
    private byte[] named(byte[] constant, int place) {
        return constants.get(ByteBuffer.wrap(constant).getShort(place) & 0xffff);
    }

    private static int size(int tag) throws IOException {
        return switch (tag) {
            case 3, 4, 9, METHOD, 11, 12, 17, 18 -> 4;
            case LONG, DOUBLE -> 8;
            case CLASS, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            default -> throw new IOException("A constant has the tag %d".formatted(tag));
        };
    }

    private static byte[] utf8(String text) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(content)) {
            out.writeByte(UTF8);
            out.writeUTF(text);
        }
        return content.toByteArray();
    }

    private static byte[] reference(int tag, int index) {
        return new byte[] {(byte) tag, (byte) (index >> Byte.SIZE), (byte) index};
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
