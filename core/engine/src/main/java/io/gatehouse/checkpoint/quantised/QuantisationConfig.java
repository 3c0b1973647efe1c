package io.gatehouse.checkpoint.quantised;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads what a checkpoint says about how its weights are packed: the "quantization_config" of config.json, or
 * hf_quant_config.json beside it. What is not read is refused by its name, before a weight is looked at.
 */
public final class QuantisationConfig {
    private static final int MAX_BYTES = 4 << 20;
    private static final int MAX_GROUP = 1 << 20;
    private static final String METHODS =
            "awq, bitsandbytes (4 bit), compressed-tensors, fp8, gptq, modelopt and mxfp4";

    private final JsonValue config;

    private QuantisationConfig(JsonValue config) {
        this.config = config;
    }

    /**
     * Reads it.
     *
     * @param configFile names config.json in errors; hf_quant_config.json is looked for beside it
     * @param content of config.json
     * @throws GatehouseException UNSUPPORTED_MODEL or CORRUPT_CHECKPOINT
     */
    public static Quantisation read(Path configFile, byte[] content) {
        JsonValue root = value(configFile, content);
        root.find("quantization").filter(value -> value.node().isObject()).ifPresent(mlx -> {
            throw unsupported(mlx, "mode", mlx.node().path("mode").asText("affine"), "no packing of MLX");
        });
        Optional<JsonValue> own = root.find("quantization_config", "compression_config");
        Optional<JsonValue> ofText = root.find("text_config")
                .filter(text -> text.node().isObject())
                .flatMap(text -> text.find("quantization_config", "compression_config"));
        Optional<JsonValue> config =
                own.or(() -> ofText).filter(value -> !value.object().node().isEmpty());
        Path modelOpt = configFile.resolveSibling("hf_quant_config.json");
        if (config.isEmpty()) {
            return Files.exists(modelOpt) ? modelOpt(beside(modelOpt)) : new Quantisation.None();
        }
        return new QuantisationConfig(config.get()).method(modelOpt);
    }

    private static JsonValue value(Path file, byte[] content) {
        return new JsonValue(file.toString(), JsonFile.object(file, content), ErrorCode.CORRUPT_CHECKPOINT);
    }

    private static JsonValue beside(Path file) {
        return value(file, ModelFiles.read(file, MAX_BYTES))
                .field("quantization")
                .object();
    }

    private Quantisation method(Path modelOptFile) {
        String method = config.field("quant_method").text();
        return switch (method) {
            case "fp8" -> fp8();
            case "mxfp4" -> new Quantisation.Mxfp4();
            case "compressed-tensors" -> compressedTensors();
            case "modelopt", "modelopt_fp4" ->
                modelOpt(
                        config.find("quant_algo").isPresent() || !Files.exists(modelOptFile)
                                ? config
                                : beside(modelOptFile));
            case "gptq" -> gptq();
            case "awq" -> awq();
            case "bitsandbytes" -> bitsAndBytes();
            default -> throw unsupported(config, "quant_method", method, METHODS);
        };
    }

    private static GatehouseException unsupported(JsonValue object, String key, String found, String supported) {
        return new GatehouseException(
                ErrorCode.UNSUPPORTED_MODEL,
                "%s asks for %s '%s'; Gatehouse reads %s"
                        .formatted(object.place(), key, JsonValue.shown(found), supported));
    }

    private static boolean flag(JsonValue object, String key, boolean absent) {
        return object.find(key).map(JsonValue::truth).orElse(absent);
    }

    private Quantisation fp8() {
        String format = config.find("fmt").map(JsonValue::text).orElse("e4m3");
        if (!format.equals("e4m3") && !format.equals("float8_e4m3fn")) {
            throw unsupported(config, "fmt", format, "e4m3");
        }
        return new Quantisation.Fp8(config.find("weight_block_size").map(QuantisationConfig::block));
    }

    private static Quantisation.Block block(JsonValue sizes) {
        if (sizes.size() != 2) {
            throw sizes.instead("two numbers");
        }
        return new Quantisation.Block(
                sizes.item(0).integer(1, MAX_GROUP), sizes.item(1).integer(1, MAX_GROUP));
    }

    private static Quantisation modelOpt(JsonValue keys) {
        String algorithm = keys.field("quant_algo").text();
        keys.find("group_size").ifPresent(size -> size.integer(16, 16));
        return switch (algorithm) {
            case "NVFP4" -> Quantisation.ModelOpt.NVFP4;
            case "FP8" -> Quantisation.ModelOpt.FP8;
            default -> throw unsupported(keys, "quant_algo", algorithm, "NVFP4 and FP8");
        };
    }

    private Quantisation compressedTensors() {
        config.find("sparsity_config")
                .flatMap(sparsity -> sparsity.object().find("format"))
                .map(JsonValue::text)
                .filter(format -> !format.equals("dense"))
                .ifPresent(format -> {
                    throw unsupported(config, "sparsity_config.format", format, "dense");
                });
        String format = config.find("format").map(JsonValue::text).orElse("dense");
        List<Quantisation.Group> groups = new ArrayList<>();
        JsonValue all = config.field("config_groups").object();
        for (Map.Entry<String, JsonNode> entry : all.properties()) {
            JsonValue group = all.field(entry.getKey()).object();
            String own = group.find("format").map(JsonValue::text).orElse(format);
            if (group.find("weights").isPresent()) {
                groups.add(group(group, group.field("weights").object(), format(group, own)));
            }
        }
        // Groups with formats of their own have "mixed-precision" here.
        if (!format.equals("dense") && !format.equals("mixed-precision")) {
            format(config, format);
        }
        return new Quantisation.CompressedTensors(groups);
    }

    private static Quantisation.Format format(JsonValue object, String id) {
        return Arrays.stream(Quantisation.Format.values())
                .filter(format -> format.id().equals(id))
                .findFirst()
                .orElseThrow(() -> unsupported(
                        object,
                        "format",
                        id,
                        Arrays.stream(Quantisation.Format.values())
                                .map(Quantisation.Format::id)
                                .collect(Collectors.joining(", "))));
    }

    private static Quantisation.Group group(JsonValue group, JsonValue weights, Quantisation.Format format) {
        int bits = weights.field("num_bits").integer(1, 8);
        int wanted = switch (format) {
            case PACK_QUANTIZED -> bits == 2 || bits == 4 ? bits : 8;
            case FLOAT_QUANTIZED, INT_QUANTIZED, NAIVE_QUANTIZED -> 8;
            case NVFP4, MXFP4 -> 4;
        };
        if (bits != wanted) {
            throw unsupported(weights, "num_bits", Integer.toString(bits), wanted + " with the format " + format.id());
        }
        Quantisation.Scaling scaling = switch (format) {
            case NVFP4 -> new Quantisation.Scaling.Columns(16);
            case MXFP4 -> new Quantisation.Scaling.Columns(32);
            case PACK_QUANTIZED, FLOAT_QUANTIZED, INT_QUANTIZED, NAIVE_QUANTIZED -> scaling(weights);
        };
        if (scaling instanceof Quantisation.Scaling.Columns columns) {
            weights.find("group_size").ifPresent(size -> size.integer(columns.size(), columns.size()));
        }
        boolean symmetric = flag(weights, "symmetric", true);
        return new Quantisation.Group(targets(group.field("targets")), format, bits, symmetric, scaling);
    }

    private static Quantisation.Scaling scaling(JsonValue weights) {
        Optional<Integer> size = weights.find("group_size")
                .filter(value -> value.node().intValue() != -1)
                .map(value -> value.integer(1, MAX_GROUP));
        String strategy = weights.find("strategy")
                .map(JsonValue::text)
                .orElse(size.isPresent() ? "group" : weights.find("group_size").isPresent() ? "channel" : "tensor");
        return switch (strategy) {
            case "tensor" -> new Quantisation.Scaling.Tensor();
            case "channel" -> new Quantisation.Scaling.Row();
            case "group" ->
                new Quantisation.Scaling.Columns(
                        size.orElseThrow(() -> weights.corrupt("has the strategy 'group' and no group_size")));
            case "block" -> new Quantisation.Scaling.Blocks(block(weights.field("block_structure")));
            default -> throw unsupported(weights, "strategy", strategy, "tensor, channel, group and block");
        };
    }

    /** Names of modules have dots or begin a pattern; names of classes begin with a capital letter. */
    private static Quantisation.Targets targets(JsonValue list) {
        List<String> names = new ArrayList<>();
        List<ModulePattern> patterns = new ArrayList<>();
        boolean classes = false;
        for (String target : list.texts()) {
            if (target.startsWith("re:")) {
                patterns.add(ModulePattern.of(list, target.substring(3)));
            } else if (!target.contains(".") && !target.isEmpty() && Character.isUpperCase(target.charAt(0))) {
                classes = true;
            } else {
                names.add(target);
            }
        }
        return new Quantisation.Targets(names, patterns, classes);
    }

    private Quantisation gptq() {
        String format =
                config.find("checkpoint_format", "format").map(JsonValue::text).orElse("gptq");
        if (flag(config, "is_marlin_format", false)) {
            throw unsupported(config, "checkpoint_format", "marlin", "gptq and gptq_v2");
        }
        if (!format.equals("gptq") && !format.equals("gptq_v2")) {
            throw unsupported(config, "checkpoint_format", format, "gptq and gptq_v2");
        }
        config.find("pack_dtype")
                .map(JsonValue::text)
                .filter(type -> !type.equals("int32"))
                .ifPresent(type -> {
                    throw unsupported(config, "pack_dtype", type, "int32");
                });
        List<Quantisation.ModuleOverride> overrides = new ArrayList<>();
        config.find("dynamic").map(JsonValue::object).ifPresent(dynamic -> {
            for (Map.Entry<String, JsonNode> entry : dynamic.properties()) {
                override(dynamic, entry).ifPresent(overrides::add);
            }
        });
        return new Quantisation.Gptq(
                gptqBits(config, config.field("bits")), groupSize(config), format.equals("gptq"), overrides);
    }

    private static int gptqBits(JsonValue object, JsonValue value) {
        int bits = value.integer(2, 8);
        if (bits != 2 && bits != 4 && bits != 8) {
            throw unsupported(object, "bits", Integer.toString(bits), "2, 4 and 8");
        }
        return bits;
    }

    private static Optional<Integer> groupSize(JsonValue object) {
        return object.find("group_size", "q_group_size")
                .filter(value -> !value.node().isInt() || value.node().intValue() != -1)
                .map(value -> value.integer(1, MAX_GROUP));
    }

    /** A pattern with "-:" names modules that are not packed, which their tensors say, too. */
    private static Optional<Quantisation.ModuleOverride> override(
            JsonValue dynamic, Map.Entry<String, JsonNode> entry) {
        String expression = entry.getKey();
        if (expression.startsWith("-:")) {
            return Optional.empty();
        }
        JsonValue keys = dynamic.field(expression).object();
        return Optional.of(new Quantisation.ModuleOverride(
                ModulePattern.of(dynamic, expression.startsWith("+:") ? expression.substring(2) : expression),
                keys.find("bits").map(bits -> gptqBits(keys, bits)),
                groupSize(keys)));
    }

    private Quantisation awq() {
        String version = config.find("version", "checkpoint_format")
                .map(JsonValue::text)
                .orElse("gemm")
                .toLowerCase(Locale.ROOT);
        if (!version.equals("gemm")) {
            throw unsupported(config, "version", version, "gemm");
        }
        int bits = config.field("bits", "w_bit").integer(1, 8);
        if (bits != 4) {
            throw unsupported(config, "bits", Integer.toString(bits), "4");
        }
        if (!flag(config, "zero_point", true)) {
            throw unsupported(config, "zero_point", "false", "true");
        }
        return new Quantisation.Awq(groupSize(config));
    }

    private Quantisation bitsAndBytes() {
        if (flag(config, "load_in_8bit", false) || flag(config, "_load_in_8bit", false)) {
            throw unsupported(config, "load_in_8bit", "true", "4 bit");
        }
        config.find("bnb_4bit_quant_storage")
                .map(JsonValue::text)
                .filter(storage -> !storage.equals("uint8"))
                .ifPresent(storage -> {
                    throw unsupported(config, "bnb_4bit_quant_storage", storage, "uint8");
                });
        return new Quantisation.BitsAndBytes();
    }
}
