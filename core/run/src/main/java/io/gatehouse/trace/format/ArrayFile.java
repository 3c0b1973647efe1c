package io.gatehouse.trace.format;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsReader;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A file of named arrays: safetensors, npz or a single npy. */
public final class ArrayFile {
    private static final Map<DType, Element> ELEMENTS = new EnumMap<>(Map.of(
            DType.F64, Element.F64,
            DType.F32, Element.F32,
            DType.F16, Element.F16,
            DType.BF16, Element.BF16,
            DType.I64, Element.I64,
            DType.I32, Element.I32,
            DType.I16, Element.I16,
            DType.I8, Element.I8,
            DType.U8, Element.U8,
            DType.BOOL, Element.U8));
    /** Heap that an array takes beside its bytes. */
    private static final int ARRAY_OVERHEAD = 256;

    private static final String NPY = ".npy";

    private ArrayFile() {}

    /**
     * The arrays of a file in its order.
     *
     * @throws GatehouseException FILE_NOT_FOUND; INVALID_ARGUMENT if the name says no format; CORRUPT_DATASET or
     *     CORRUPT_CHECKPOINT if the file is damaged
     */
    public static List<NamedArray> read(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".safetensors")) {
            return safetensors(file);
        }
        if (name.endsWith(".npz")) {
            return npz(file);
        }
        if (name.endsWith(NPY)) {
            return List.of(
                    NpyArray.read(stem(String.valueOf(file.getFileName())), FileBytes.read(file, FileMemory.of(file))));
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
        return NpyArray.read(place, new FileBytes(place, content));
    }

    private static List<NamedArray> safetensors(Path file) {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            List<NamedArray> arrays = new ArrayList<>();
            FileMemory memory = FileMemory.of(file);
            for (TensorInfo tensor : reader.tensors()) {
                Element element = ELEMENTS.get(tensor.dtype());
                if (element == null) {
                    throw new GatehouseException(
                            ErrorCode.CORRUPT_DATASET,
                            "%s has tensor %s of type %s, which is not read"
                                    .formatted(file, FileBytes.shown(tensor.name()), tensor.dtype()));
                }
                String name = FileBytes.shown(tensor.name());
                memory.take(tensor.bytes() + ARRAY_OVERHEAD);
                FileBytes bytes = new FileBytes("%s, tensor %s".formatted(file, name), reader.read(tensor));
                arrays.add(bytes.array(tensor.name(), element, sizes(tensor, bytes)));
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
        if (!Files.isRegularFile(file)) {
            throw new GatehouseException(ErrorCode.FILE_NOT_FOUND, "There is no file %s".formatted(file));
        }
        List<NamedArray> arrays = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            Inflation inflation = Inflation.of(file);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = FileBytes.shown(entry.getName());
                FileBytes bytes = new FileBytes("%s, array %s".formatted(file, name), inflation.read(zip));
                arrays.add(NpyArray.read(stem(entry.getName()), bytes));
            }
        } catch (IOException | IllegalArgumentException e) {
            // The latter is what Java says of names that are no text.
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
}
