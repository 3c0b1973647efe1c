package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The tensors of safetensors files, with those that belong together made one: a weight and its scales, zero points and
 * the like. A weight is packed exactly where such tensors are beside it. Their shapes are checked when it is looked for;
 * nothing of their size is read for that, but for the few bytes that say the weight's shape. Thread-safe.
 */
public final class PackedTensors implements TensorIndex {
    private static final String WEIGHT = ".weight";
    private static final int MAX_STATE_BYTES = 1 << 16;
    private static final Pattern EXPERT = Pattern.compile("(.*\\.experts\\.)(\\d{1,9})\\.(gate|up|down)_proj\\.weight");

    private final Map<String, TensorInfo> stored;
    private final TensorBytes files;
    private final Quantisation quantisation;
    private final Map<String, StoredTensor> known = new ConcurrentHashMap<>();

    /**
     * @param stored the tensors of the files by their names
     * @param files reads them
     */
    public PackedTensors(Map<String, TensorInfo> stored, TensorBytes files, Quantisation quantisation) {
        this.stored = requireNonNull(stored, "stored is null");
        this.files = requireNonNull(files, "files is null");
        this.quantisation = requireNonNull(quantisation, "quantisation is null");
    }

    @Override
    public Optional<StoredTensor> find(String name) {
        Optional<StoredTensor> before = Optional.ofNullable(known.get(name));
        if (before.isPresent()) {
            return before;
        }
        Optional<StoredTensor> found = packed(name).or(() -> plain(name));
        found.ifPresent(tensor -> known.put(name, tensor));
        return found;
    }

    private Optional<StoredTensor> plain(String name) {
        return raw(name).map(tensor -> {
            List<Long> shape = tensor.shape();
            if (shape.size() >= 2 && shape.get(shape.size() - 1) > Integer.MAX_VALUE) {
                throw corrupt(tensor, "has rows of %,d values".formatted(shape.get(shape.size() - 1)));
            }
            return StoredTensor.of(tensor);
        });
    }

    private Optional<StoredTensor> packed(String name) {
        if (quantisation instanceof Quantisation.Fp8 fp8) {
            return fp8(name, fp8);
        } else if (quantisation instanceof Quantisation.Mxfp4) {
            return mxfp4(name);
        } else if (quantisation instanceof Quantisation.CompressedTensors compressed) {
            return base(name).flatMap(module -> compressed(module, compressed));
        } else if (quantisation instanceof Quantisation.ModelOpt algorithm) {
            return modelOpt(name, algorithm);
        } else if (quantisation instanceof Quantisation.Gptq gptq) {
            return base(name).flatMap(module -> gptq(module, gptq));
        } else if (quantisation instanceof Quantisation.Awq awq) {
            return base(name).flatMap(module -> awq(module, awq));
        } else if (quantisation instanceof Quantisation.BitsAndBytes) {
            return bitsAndBytes(name);
        }
        return Optional.empty();
    }

    private Optional<TensorInfo> raw(String name) {
        return Optional.ofNullable(stored.get(name));
    }

    /** The module of a weight. */
    private static Optional<String> base(String name) {
        return name.endsWith(WEIGHT)
                ? Optional.of(name.substring(0, name.length() - WEIGHT.length()))
                : Optional.empty();
    }

    private static GatehouseException corrupt(TensorInfo tensor, String what) {
        return new GatehouseException(
                ErrorCode.CORRUPT_CHECKPOINT,
                "Tensor %s of %s %s".formatted(JsonFile.shown(tensor.name()), tensor.file(), what));
    }

    /** What belongs to a tensor, which cannot be read without it. */
    private TensorInfo beside(TensorInfo tensor, String... names) {
        return Stream.of(names)
                .flatMap(name -> raw(name).stream())
                .findFirst()
                .orElseThrow(() -> corrupt(tensor, "is packed, and there is no tensor " + names[0]));
    }

    private static void requireShape(TensorInfo tensor, TensorInfo of, Long... expected) {
        if (!tensor.shape().equals(List.of(expected))) {
            throw corrupt(
                    tensor,
                    "has shape %s; %s of shape %s needs %s"
                            .formatted(tensor.shape(), JsonFile.shown(of.name()), of.shape(), List.of(expected)));
        }
    }

    private static void requireType(TensorInfo tensor, DType... types) {
        if (Stream.of(types).noneMatch(type -> type == tensor.dtype())) {
            throw corrupt(tensor, "has type %s instead of %s".formatted(tensor.dtype(), List.of(types)));
        }
    }

    private static TensorInfo floating(TensorInfo tensor) {
        requireType(tensor, DType.F16, DType.BF16, DType.F32);
        return tensor;
    }

    private static void requireMatrix(TensorInfo tensor) {
        if (tensor.shape().size() != 2 || tensor.elements() == 0) {
            throw corrupt(tensor, "has shape %s, which is not a matrix".formatted(tensor.shape()));
        }
    }

    private static long last(TensorInfo tensor, int fromEnd) {
        return tensor.shape().get(tensor.shape().size() - fromEnd);
    }

    private static int width(TensorInfo tensor, long columns) {
        if (columns < 1 || columns > 1 << 24) {
            throw corrupt(tensor, "has rows of %,d values".formatted(columns));
        }
        return (int) columns;
    }

    private static long ceiling(long value, long divisor) {
        return (value + divisor - 1) / divisor;
    }

    // ---- One byte: FP8 and int8

    private Optional<StoredTensor> fp8(String name, Quantisation.Fp8 config) {
        Optional<TensorInfo> found = raw(name);
        if (found.isEmpty() || found.get().shape().size() < 2) {
            return Optional.empty();
        }
        TensorInfo weight = found.get();
        String module = base(name).orElse(name);
        if (weight.dtype() == DType.I8) {
            // Routed experts of DeepSeek-V4: two values of four bits in a byte, and a scale for 32.
            return raw(module + ".scale").map(scale -> fp4(name, weight, scale, 32, Optional.empty()));
        }
        if (weight.dtype() != DType.F8_E4M3) {
            return Optional.empty();
        }
        TensorInfo scale =
                beside(weight, name + "_scale_inv", name + "_scale", module + ".scale", module + ".qscale_weight");
        Quantisation.Scaling scaling = config.block()
                .<Quantisation.Scaling>map(Quantisation.Scaling.Blocks::new)
                .orElseGet(() -> scaleOfAll(weight, scale));
        return Optional.of(scaled(name, weight, scale, Optional.empty(), scaling));
    }

    private static Quantisation.Scaling scaleOfAll(TensorInfo weight, TensorInfo scale) {
        boolean rows = scale.elements() == weight.elements() / last(weight, 1) && scale.elements() > 1;
        return rows ? new Quantisation.Scaling.Row() : new Quantisation.Scaling.Tensor();
    }

    private static StoredTensor scaled(
            String name,
            TensorInfo weight,
            TensorInfo scale,
            Optional<TensorInfo> zeroPoints,
            Quantisation.Scaling scaling) {
        if (weight.shape().size() < 2 || weight.elements() == 0) {
            throw corrupt(weight, "has shape %s, which is not a matrix".formatted(weight.shape()));
        }
        int columns = width(weight, last(weight, 1));
        long rows = last(weight, 2);
        List<Long> leading = weight.shape().subList(0, weight.shape().size() - 2);
        long matrices = weight.elements() / (rows * columns);
        ScaledBytes.Grid grid = grid(rows, columns, matrices, scale.elements() == 1, scaling);
        boolean fits = switch (kind(scaling)) {
            case GRID -> {
                List<Long> expected = new ArrayList<>(leading);
                expected.add(grid.scaleRows());
                expected.add((long) grid.scaleColumns());
                yield scale.shape().equals(expected);
            }
            case COUNT -> scale.elements() == weight.elements() / (grid.rows() * columns) * grid.scaleRows();
        };
        if (!fits) {
            throw corrupt(
                    scale,
                    "has shape %s; %s of shape %s has %d x %d scales for each matrix"
                            .formatted(
                                    scale.shape(),
                                    JsonFile.shown(weight.name()),
                                    weight.shape(),
                                    grid.scaleRows(),
                                    grid.scaleColumns()));
        }
        Scales scales = Scales.of(scale)
                .orElseThrow(() -> corrupt(scale, "has type %s, which scales do not have".formatted(scale.dtype())));
        return StoredTensor.of(name, weight.shape(), new ScaledBytes(weight, scales, zeroPoints, grid));
    }

    /** How the shape of scales is checked. */
    private enum Check {
        GRID,
        COUNT
    }

    private static Check kind(Quantisation.Scaling scaling) {
        return scaling instanceof Quantisation.Scaling.Blocks || scaling instanceof Quantisation.Scaling.Columns
                ? Check.GRID
                : Check.COUNT;
    }

    private static ScaledBytes.Grid grid(
            long rows, int columns, long matrices, boolean one, Quantisation.Scaling scaling) {
        if (scaling instanceof Quantisation.Scaling.Blocks blocks) {
            return new ScaledBytes.Grid(
                    rows, columns, blocks.block().rows(), blocks.block().columns());
        } else if (scaling instanceof Quantisation.Scaling.Columns group) {
            return new ScaledBytes.Grid(rows, columns, 1, group.size());
        } else if (scaling instanceof Quantisation.Scaling.Row) {
            return new ScaledBytes.Grid(rows, columns, 1, columns);
        }
        // One scale for all matrices, or one for each.
        long covered = one ? rows * matrices : rows;
        return new ScaledBytes.Grid(covered, columns, covered, columns);
    }

    // ---- Four bits: MXFP4 and NVFP4

    /**
     * All experts of a layer under the name of their blocks, or one under the name that it has where each is stored by
     * itself. Gates and ups alternate.
     */
    private Optional<StoredTensor> mxfp4(String name) {
        Matcher expert = EXPERT.matcher(name);
        if (expert.matches()) {
            int index = Integer.parseInt(expert.group(2));
            return expert.group(3).equals("down")
                    ? find(expert.group(1) + "down_proj_blocks").flatMap(all -> expert(name, all, index, 1, 0))
                    : find(expert.group(1) + "gate_up_proj_blocks")
                            .flatMap(all ->
                                    expert(name, all, index, 2, expert.group(3).equals("up") ? 1 : 0));
        }
        if (!name.endsWith("_blocks")) {
            return Optional.empty();
        }
        return raw(name).map(blocks -> {
            requireType(blocks, DType.U8);
            TensorInfo scale = beside(blocks, name.substring(0, name.length() - "blocks".length()) + "scales");
            List<Long> shape = blocks.shape();
            if (shape.size() < 3 || last(blocks, 1) != 16 || blocks.elements() == 0) {
                throw corrupt(blocks, "has shape %s; blocks have 16 bytes".formatted(shape));
            }
            requireShape(scale, blocks, shape.subList(0, shape.size() - 1).toArray(Long[]::new));
            requireType(scale, DType.U8, DType.F8_E8M0);
            List<Long> logical = new ArrayList<>(shape.subList(0, shape.size() - 2));
            logical.add(last(blocks, 2) * 32);
            Scales scales = new Scales(scale, Scales.Kind.E8M0);
            return StoredTensor.of(
                    name, logical, new Fp4(blocks, scales, width(blocks, last(blocks, 2) * 32), 32, Optional.empty()));
        });
    }

    private static Optional<StoredTensor> expert(String name, StoredTensor all, int expert, int step, int first) {
        List<Long> shape = all.shape();
        if (shape.size() != 3 || expert >= shape.get(0) || shape.get(1) % step != 0) {
            return Optional.empty();
        }
        List<Long> own = List.of(shape.get(1) / step, shape.get(2));
        return Optional.of(all.each(step, expert * shape.get(1) + first, own).named(name));
    }

    private static StoredTensor fp4(
            String name, TensorInfo packed, TensorInfo scale, int group, Optional<Fp4.TensorScale> tensorScale) {
        if (packed.shape().size() < 2 || packed.elements() == 0) {
            throw corrupt(packed, "has shape %s, which is not a matrix".formatted(packed.shape()));
        }
        int columns = width(packed, 2 * last(packed, 1));
        if (columns % group != 0) {
            throw corrupt(packed, "has %,d columns, which groups of %d do not divide".formatted(columns, group));
        }
        List<Long> leading = packed.shape().subList(0, packed.shape().size() - 1);
        List<Long> expected = new ArrayList<>(leading);
        expected.add((long) columns / group);
        requireShape(scale, packed, expected.toArray(Long[]::new));
        if (group == 16) {
            requireType(scale, DType.F8_E4M3);
        } else {
            requireType(scale, DType.U8, DType.F8_E8M0);
        }
        Scales scales = new Scales(scale, group == 16 ? Scales.Kind.E4M3 : Scales.Kind.E8M0);
        List<Long> shape = new ArrayList<>(leading);
        shape.add((long) columns);
        return StoredTensor.of(name, shape, new Fp4(packed, scales, columns, group, tensorScale));
    }

    private static Fp4.TensorScale tensorScale(TensorInfo scale, boolean divides) {
        floating(scale);
        if (scale.elements() != 1) {
            throw corrupt(scale, "has shape %s instead of one number".formatted(scale.shape()));
        }
        return new Fp4.TensorScale(scale, divides);
    }

    private Optional<StoredTensor> modelOpt(String name, Quantisation.ModelOpt algorithm) {
        Optional<TensorInfo> found = raw(name);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        TensorInfo weight = found.get();
        return switch (algorithm) {
            case NVFP4 -> {
                if (weight.dtype() != DType.U8) {
                    yield Optional.empty();
                }
                TensorInfo scale = beside(weight, name + "_scale");
                TensorInfo ofAll = beside(weight, name + "_scale_2");
                yield Optional.of(fp4(name, weight, scale, 16, Optional.of(tensorScale(ofAll, false))));
            }
            case FP8 -> {
                if (weight.dtype() != DType.F8_E4M3) {
                    yield Optional.empty();
                }
                TensorInfo scale = beside(weight, name + "_scale");
                yield Optional.of(scaled(name, weight, scale, Optional.empty(), scaleOfAll(weight, scale)));
            }
        };
    }

    // ---- compressed-tensors

    private Optional<StoredTensor> compressed(String module, Quantisation.CompressedTensors config) {
        String name = module + WEIGHT;
        Optional<TensorInfo> packed = raw(name + "_packed");
        if (packed.isPresent()) {
            TensorInfo tensor = packed.get();
            Quantisation.Group group = group(tensor, module, config);
            TensorInfo scale = beside(tensor, name + "_scale");
            return Optional.of(
                    switch (group.format()) {
                        case PACK_QUANTIZED -> integers(name, tensor, scale, group);
                        case NVFP4 -> {
                            requireType(tensor, DType.U8);
                            TensorInfo ofAll = beside(tensor, name + "_global_scale");
                            yield fp4(name, tensor, scale, 16, Optional.of(tensorScale(ofAll, true)));
                        }
                        case MXFP4 -> {
                            requireType(tensor, DType.U8);
                            yield fp4(name, tensor, scale, 32, Optional.empty());
                        }
                        case FLOAT_QUANTIZED, INT_QUANTIZED, NAIVE_QUANTIZED ->
                            throw corrupt(
                                    tensor,
                                    "is packed, and its group has the format "
                                            + group.format().id());
                    });
        }
        return raw(name)
                .filter(weight -> weight.dtype() == DType.F8_E4M3 || weight.dtype() == DType.I8)
                .map(weight -> {
                    Quantisation.Group group = group(weight, module, config);
                    TensorInfo scale = beside(weight, name + "_scale");
                    Optional<TensorInfo> zero =
                            group.symmetric() ? Optional.empty() : Optional.of(beside(weight, name + "_zero_point"));
                    zero.ifPresent(points -> {
                        requireShape(points, weight, scale.shape().toArray(Long[]::new));
                        requireType(points, DType.I8, DType.I32, DType.F32, DType.BF16, DType.F16);
                    });
                    return scaled(name, weight, scale, zero, group.scaling());
                });
    }

    private static Quantisation.Group group(TensorInfo tensor, String module, Quantisation.CompressedTensors config) {
        List<Quantisation.Group> groups = config.groups();
        if (groups.size() == 1) {
            return groups.get(0);
        }
        return groups.stream()
                .filter(group -> group.targets().name(module))
                .findFirst()
                .or(() -> groups.stream()
                        .filter(group -> group.targets().classes())
                        .findFirst())
                .orElseThrow(() -> corrupt(tensor, "is packed, and no group of the config_groups names its module"));
    }

    private StoredTensor integers(String name, TensorInfo packed, TensorInfo scale, Quantisation.Group group) {
        requireType(packed, DType.I32);
        requireMatrix(packed);
        int bits = group.bits();
        long rows = packed.shape().get(0);
        long room = packed.shape().get(1) * Integer.SIZE / bits;
        long columns = room;
        Optional<TensorInfo> shape = raw(name + "_shape");
        if (shape.isPresent()) {
            long[] told = shape(shape.get());
            if (told[0] != rows
                    || told[1] < 1
                    || told[1] > room
                    || ceiling(told[1] * bits, Integer.SIZE) != packed.shape().get(1)) {
                throw corrupt(
                        shape.get(),
                        "says %d x %d; %s of shape %s holds %d x %d at most"
                                .formatted(
                                        told[0], told[1], JsonFile.shown(packed.name()), packed.shape(), rows, room));
            }
            columns = told[1];
        }
        long groups = 1;
        if (group.scaling() instanceof Quantisation.Scaling.Columns size) {
            groups = columns / size.size();
            if (columns % size.size() != 0) {
                throw corrupt(
                        packed, "has %,d columns, which groups of %d do not divide".formatted(columns, size.size()));
            }
        } else if (!(group.scaling() instanceof Quantisation.Scaling.Row)) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "Tensor %s of %s has one scale or blocks of them; with the format pack-quantized Gatehouse reads groups and channels"
                            .formatted(JsonFile.shown(packed.name()), packed.file()));
        }
        requireShape(floating(scale), packed, rows, groups);
        Optional<TensorInfo> zero =
                group.symmetric() ? Optional.empty() : Optional.of(beside(packed, name + "_zero_point"));
        long zeroRows = ceiling(rows * bits, Integer.SIZE);
        long zeroColumns = groups;
        zero.ifPresent(points -> {
            requireType(points, DType.I32);
            requireShape(points, packed, zeroRows, zeroColumns);
        });
        long indexed = columns;
        Optional<TensorInfo> index = raw(name + "_g_idx");
        index.ifPresent(tensor -> {
            requireType(tensor, DType.I32);
            requireShape(tensor, packed, indexed);
        });
        return StoredTensor.of(
                name,
                List.of(rows, columns),
                new PackedIntegers(packed, bits, width(packed, columns), scale, Math.toIntExact(groups), zero, index));
    }

    private long[] shape(TensorInfo tensor) {
        requireType(tensor, DType.I64, DType.I32);
        if (tensor.elements() != 2) {
            throw corrupt(tensor, "has shape %s instead of two numbers".formatted(tensor.shape()));
        }
        ByteBuffer bytes =
                ByteBuffer.wrap(files.read(tensor, 0, (int) tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        return tensor.dtype() == DType.I64
                ? new long[] {bytes.getLong(), bytes.getLong()}
                : new long[] {bytes.getInt(), bytes.getInt()};
    }

    // ---- GPTQ and AWQ

    private Optional<StoredTensor> gptq(String module, Quantisation.Gptq config) {
        return raw(module + ".qweight").map(qweight -> {
            requireType(qweight, DType.I32);
            requireMatrix(qweight);
            Optional<Quantisation.ModuleOverride> override = config.overrides().stream()
                    .filter(each -> each.pattern().matches(module))
                    .findFirst();
            int bits = override.flatMap(Quantisation.ModuleOverride::bits).orElse(config.bits());
            int columns = width(qweight, qweight.shape().get(0) * (Integer.SIZE / bits));
            long rows = qweight.shape().get(1);
            int group = override.flatMap(Quantisation.ModuleOverride::groupSize)
                    .or(config::groupSize)
                    .orElse(columns);
            long groups = groups(qweight, columns, group);
            if (rows * bits % Integer.SIZE != 0) {
                throw corrupt(qweight, "has %,d outputs, which fill no whole words of zero points".formatted(rows));
            }
            TensorInfo scales = floating(beside(qweight, module + ".scales"));
            requireShape(scales, qweight, groups, rows);
            TensorInfo qzeros = beside(qweight, module + ".qzeros");
            requireType(qzeros, DType.I32);
            requireShape(qzeros, qweight, groups, rows * bits / Integer.SIZE);
            Optional<TensorInfo> index = raw(module + ".g_idx");
            index.ifPresent(tensor -> {
                requireType(tensor, DType.I32);
                requireShape(tensor, qweight, (long) columns);
            });
            return StoredTensor.of(
                    module + WEIGHT,
                    List.of(rows, (long) columns),
                    new Gptq(qweight, qzeros, scales, index, bits, columns, (int) groups, config.zerosMinusOne()));
        });
    }

    private static long groups(TensorInfo qweight, int columns, int group) {
        if (columns % group != 0) {
            throw corrupt(qweight, "has %,d inputs, which groups of %,d do not divide".formatted(columns, group));
        }
        return columns / group;
    }

    private Optional<StoredTensor> awq(String module, Quantisation.Awq config) {
        return raw(module + ".qweight").map(qweight -> {
            requireType(qweight, DType.I32);
            requireMatrix(qweight);
            int columns = width(qweight, qweight.shape().get(0));
            long rows = qweight.shape().get(1) * 8;
            long groups = groups(qweight, columns, config.groupSize().orElse(columns));
            TensorInfo scales = floating(beside(qweight, module + ".scales"));
            requireShape(scales, qweight, groups, rows);
            TensorInfo qzeros = beside(qweight, module + ".qzeros");
            requireType(qzeros, DType.I32);
            requireShape(qzeros, qweight, groups, qweight.shape().get(1));
            return StoredTensor.of(
                    module + WEIGHT, List.of(rows, (long) columns), new Awq(qweight, qzeros, scales, (int) groups));
        });
    }

    // ---- bitsandbytes

    private Optional<StoredTensor> bitsAndBytes(String name) {
        Optional<TensorInfo> found = raw(name).filter(weight -> weight.dtype() == DType.U8);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        TensorInfo weight = found.get();
        String prefix = name + ".quant_state.bitsandbytes__";
        String type = raw(prefix + "fp4").isPresent() ? "fp4" : "nf4";
        JsonValue state = state(beside(weight, prefix + type));
        int block = state.field("blocksize").integer(2, 1 << 16);
        JsonValue sizes = state.field("shape");
        List<Long> shape = new ArrayList<>();
        long elements = 1;
        for (int i = 0; i < sizes.size(); i++) {
            JsonNode size = sizes.item(i).node();
            long value = size.isIntegralNumber() && size.canConvertToLong() ? size.longValue() : 0;
            shape.add(value);
            elements = value > 0 && elements <= 2 * weight.elements() / value ? elements * value : 0;
            if (elements == 0) {
                throw sizes.instead("a shape of the %,d values of %s".formatted(2 * weight.elements(), weight.name()));
            }
        }
        if (shape.size() < 2 || ceiling(elements, 2) != weight.elements()) {
            throw sizes.instead("a shape of the %,d values of %s".formatted(2 * weight.elements(), weight.name()));
        }
        int columns = width(weight, shape.get(shape.size() - 1));
        TensorInfo table = beside(weight, name + ".quant_map");
        requireType(table, DType.F32);
        requireShape(table, weight, 16L);
        TensorInfo absmax = beside(weight, name + ".absmax");
        requireShape(absmax, weight, ceiling(elements, block));
        Optional<NormalFloat.Nested> nested = Optional.empty();
        if (absmax.dtype() == DType.U8) {
            nested = Optional.of(nested(name, absmax, state));
        } else {
            requireType(absmax, DType.F32);
        }
        return Optional.of(StoredTensor.of(
                name,
                shape,
                new NormalFloat(
                        weight,
                        table,
                        absmax,
                        block,
                        elements / columns,
                        columns,
                        type.equals("nf4") ? "NF4" : "FP4",
                        nested)));
    }

    private NormalFloat.Nested nested(String name, TensorInfo absmax, JsonValue state) {
        int block = state.field("nested_blocksize").integer(2, 1 << 16);
        TensorInfo table = beside(absmax, name + ".nested_quant_map");
        requireType(table, DType.F32);
        requireShape(table, absmax, 256L);
        TensorInfo outer = beside(absmax, name + ".nested_absmax");
        requireType(outer, DType.F32);
        requireShape(outer, absmax, ceiling(absmax.elements(), block));
        return new NormalFloat.Nested(
                table, outer, block, state.field("nested_offset").number());
    }

    /** The JSON that bitsandbytes stores as the bytes of a tensor. */
    private JsonValue state(TensorInfo tensor) {
        requireType(tensor, DType.U8);
        if (tensor.bytes() > MAX_STATE_BYTES) {
            throw corrupt(tensor, "has %,d bytes; at most %,d are read".formatted(tensor.bytes(), MAX_STATE_BYTES));
        }
        String source = "Tensor %s of %s".formatted(tensor.name(), tensor.file());
        return new JsonValue(
                source,
                JsonFile.object(source, files.read(tensor, 0, (int) tensor.bytes())),
                ErrorCode.CORRUPT_CHECKPOINT);
    }
}
