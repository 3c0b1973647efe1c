package io.gatehouse.trace.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NumPy's array format: a magic, a version, a header that is a Python dictionary, and the elements. */
final class NpyArray {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCR = Pattern.compile("'descr': *'([^']*)'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order': *(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9, ]*)\\)");
    /** Those of NumPy's own arrays without fields have 128 bytes. */
    private static final int MAX_HEADER = 1 << 16;

    private static final Map<String, Element> ELEMENTS = Map.of(
            "<f8", Element.F64,
            "<f4", Element.F32,
            "<f2", Element.F16,
            "<i8", Element.I64,
            "<i4", Element.I32,
            "<i2", Element.I16,
            "|i1", Element.I8,
            "|u1", Element.U8,
            "|b1", Element.U8);

    private NpyArray() {}

    static NamedArray read(String name, FileBytes bytes) {
        for (byte magic : MAGIC) {
            if (bytes.u8() != Byte.toUnsignedInt(magic)) {
                throw bytes.corrupt("is no npy array");
            }
        }
        int major = bytes.u8();
        bytes.u8();
        long length = major == 1 ? bytes.u16() : Integer.toUnsignedLong(bytes.i32());
        if (length > MAX_HEADER) {
            throw bytes.corrupt("has a header of %,d bytes; at most %,d are read".formatted(length, MAX_HEADER));
        }
        String header = bytes.text(length);
        if (group(FORTRAN, header, "fortran_order", bytes).equals("True")) {
            throw bytes.corrupt("is in Fortran's order, which is not read");
        }
        String type = group(DESCR, header, "descr", bytes);
        Element element = ELEMENTS.get(type);
        if (element == null) {
            throw bytes.corrupt("has elements of type '%s', which are not read".formatted(FileBytes.shown(type)));
        }
        return bytes.array(name, element, shape(group(SHAPE, header, "shape", bytes), bytes));
    }

    private static List<Integer> shape(String text, FileBytes bytes) {
        List<Integer> shape = new ArrayList<>();
        for (String size : text.split(",", -1)) {
            if (!size.isBlank()) {
                try {
                    shape.add(Integer.parseInt(size.strip()));
                } catch (NumberFormatException e) {
                    throw bytes.corrupt("has the shape (%s)".formatted(FileBytes.shown(text)));
                }
            }
        }
        return shape;
    }

    private static String group(Pattern pattern, String header, String field, FileBytes bytes) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw bytes.corrupt("has no field '%s' in its header".formatted(field));
        }
        return matcher.group(1);
    }
}
