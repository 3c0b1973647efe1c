package io.gatehouse.trace.format;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsReader;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.dataset.StrictJson;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A file of named arrays: safetensors, npz or a single npy. */
public final class ArrayFile {
    /** Heap that an array takes beside its bytes. */
    private static final int ARRAY_OVERHEAD = 256;

    private static final String NPY = ".npy";

    /** Its own ending, and that of exllamav3's expert profiles, which are such files. */
    private static final List<String> SAFETENSORS = List.of(".safetensors", ".exl3moe");

    private static final byte[] NPY_MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCR = Pattern.compile("'descr': *'([^']*)'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order': *(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9, ]*)\\)");
    /** Those of NumPy's own arrays without fields have 128 bytes. */
    private static final int MAX_NPY_HEADER = 1 << 16;

    private static final Map<String, DType> NPY_ELEMENTS = Map.ofEntries(
            Map.entry("<f8", DType.F64),
            Map.entry("<f4", DType.F32),
            Map.entry("<f2", DType.F16),
            Map.entry("<i8", DType.I64),
            Map.entry("<i4", DType.I32),
            Map.entry("<i2", DType.I16),
            Map.entry("<u8", DType.U64),
            Map.entry("<u4", DType.U32),
            Map.entry("<u2", DType.U16),
            Map.entry("|i1", DType.I8),
            Map.entry("|u1", DType.U8),
            Map.entry("|b1", DType.U8));

    /** Names of whole numbers in NumPy and PyTorch. */
    private static final Map<String, DType> WHOLE_NUMBERS = Map.of(
            "int8", DType.I8,
            "int16", DType.I16,
            "int32", DType.I32,
            "int64", DType.I64,
            "uint8", DType.U8,
            "uint16", DType.U16,
            "uint32", DType.U32);

    private ArrayFile() {}

    /**
     * The arrays of a file in its order.
     *
     * @throws GatehouseException FILE_NOT_FOUND; INVALID_ARGUMENT if the name says no format; CORRUPT_DATASET or
     *     CORRUPT_CHECKPOINT if the file is damaged
     */
    public static List<NamedArray> read(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (SAFETENSORS.stream().anyMatch(name::endsWith)) {
            return safetensors(file);
        }
        if (name.endsWith(".npz")) {
            return npz(file);
        }
        if (name.endsWith(NPY)) {
            return List.of(npy(stem(String.valueOf(file.getFileName())), FileBytes.read(file, FileMemory.of(file))));
        }
        throw new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "%s does not end in .safetensors, .npz or .npy".formatted(file));
    }

    /**
     * The array of a npy file that stands within another one.
     *
     * @param place where it stands, for errors
     * @throws GatehouseException CORRUPT_DATASET
     */
    public static NamedArray npy(String place, byte[] content) {
        return npy(place, new FileBytes(place, content));
    }

    /**
     * The array of whole numbers that some bytes are, little-endian and row-major, without a header.
     *
     * @param place where they stand, for errors
     * @param type name of the type of its elements, such as int16
     * @throws GatehouseException CORRUPT_DATASET if the type is not one of whole numbers, or there are more or fewer bytes
     */
    public static NamedArray raw(String place, byte[] content, String type, List<Integer> shape) {
        FileBytes bytes = new FileBytes(place, content);
        DType element = WHOLE_NUMBERS.get(type);
        if (element == null) {
            throw bytes.corrupt("has elements of type '%s', which are not read".formatted(JsonValue.shown(type)));
        }
        NamedArray array = bytes.array(place, element, shape);
        if (bytes.remaining() > 0) {
            throw bytes.corrupt("has %d bytes more than its shape %s".formatted(bytes.remaining(), shape));
        }
        return array;
    }

    /**
     * The texts that the header of a safetensors file has beside the tensors, as an object; empty if it has none.
     *
     * @throws GatehouseException FILE_NOT_FOUND, CORRUPT_CHECKPOINT or CORRUPT_DATASET
     */
    public static Optional<JsonValue> metadata(Path file) {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            String place = "%s, header".formatted(file);
            JsonNode header = StrictJson.parse(place, new ByteArrayInputStream(reader.headerContent()));
            return new JsonValue(place, header, ErrorCode.CORRUPT_DATASET).find("__metadata__");
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private static List<NamedArray> safetensors(Path file) {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            List<NamedArray> arrays = new ArrayList<>();
            FileMemory memory = FileMemory.of(file);
            for (TensorInfo tensor : reader.tensors()) {
                if (!tensor.dtype().isReadable()) {
                    throw new GatehouseException(
                            ErrorCode.CORRUPT_DATASET,
                            "%s has tensor %s of type %s, which is not read"
                                    .formatted(file, JsonValue.shown(tensor.name()), tensor.dtype()));
                }
                String name = JsonValue.shown(tensor.name());
                memory.take(tensor.bytes() + ARRAY_OVERHEAD);
                FileBytes bytes = new FileBytes("%s, tensor %s".formatted(file, name), reader.read(tensor));
                arrays.add(bytes.array(tensor.name(), tensor.dtype(), sizes(tensor, bytes)));
            }
            return arrays;
        }
    }

    private static List<Integer> sizes(TensorInfo tensor, FileBytes bytes) {
        List<Integer> sizes = new ArrayList<>();
        for (long size : tensor.shape()) {
            if (size > Integer.MAX_VALUE) {
                throw bytes.corrupt("has a dimension of %,d".formatted(size));
            }
            sizes.add((int) size);
        }
        return sizes;
    }

    private static List<NamedArray> npz(Path file) {
        FileFailure.requireFile(file);
        List<NamedArray> arrays = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            Inflation inflation = Inflation.of(file);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = JsonValue.shown(entry.getName());
                FileBytes bytes = new FileBytes("%s, array %s".formatted(file, name), inflation.read(zip));
                arrays.add(npy(stem(entry.getName()), bytes));
            }
        } catch (IOException | IllegalArgumentException e) {
            // Java throws the latter for names that are not text.
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
        if (arrays.isEmpty()) {
            throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s holds no arrays".formatted(file));
        }
        return arrays;
    }

    private static String stem(String name) {
        return name.endsWith(NPY) ? name.substring(0, name.length() - NPY.length()) : name;
    }

    /** NumPy's array format: a magic, a version, a header that is a Python dictionary, and the elements. */
    private static NamedArray npy(String name, FileBytes bytes) {
        for (byte magic : NPY_MAGIC) {
            if (bytes.u8() != Byte.toUnsignedInt(magic)) {
                throw bytes.corrupt("is not an npy array");
            }
        }
        int major = bytes.u8();
        bytes.u8();
        long length = major == 1 ? bytes.u16() : Integer.toUnsignedLong(bytes.i32());
        if (length > MAX_NPY_HEADER) {
            throw bytes.corrupt("has a header of %,d bytes; at most %,d are read".formatted(length, MAX_NPY_HEADER));
        }
        String header = bytes.text(length);
        if (group(FORTRAN, header, "fortran_order", bytes).equals("True")) {
            throw bytes.corrupt("is in Fortran's order, which is not read");
        }
        String type = group(DESCR, header, "descr", bytes);
        DType element = NPY_ELEMENTS.get(type);
        if (element == null) {
            throw bytes.corrupt("has elements of type '%s', which are not read".formatted(JsonValue.shown(type)));
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
                    throw bytes.corrupt("has the shape (%s)".formatted(JsonValue.shown(text)));
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
