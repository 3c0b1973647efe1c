package io.gatehouse.checkpoint.quantised;

import java.util.List;
import java.util.Optional;

/** What a config says about how weights are packed. */
public sealed interface Quantisation {
    /** Weights are stored each by itself. */
    record None() implements Quantisation {}

    /**
     * FP8 with a scale for each block of a matrix.
     *
     * @param block absent where a row or a whole matrix has one scale
     */
    record Fp8(Optional<Block> block) implements Quantisation {}

    /** The sizes of a block: outputs and inputs. */
    record Block(int rows, int columns) {
        public Block {
            if (rows < 1 || columns < 1) {
                throw new IllegalArgumentException("A block of %d x %d".formatted(rows, columns));
            }
        }
    }

    /** MXFP4 as OpenAI stores gpt-oss: blocks and scales of the fused experts. */
    record Mxfp4() implements Quantisation {}

    /** The formats of the library compressed-tensors; each group of modules has its own. */
    record CompressedTensors(List<Group> groups) implements Quantisation {
        public CompressedTensors {
            groups = List.copyOf(groups);
        }
    }

    /** How the modules of a group are packed. */
    record Group(Targets targets, Format format, int bits, boolean symmetric, Scaling scaling) {}

    /** The formats that are read, with their names in configs. */
    enum Format {
        PACK_QUANTIZED("pack-quantized"),
        FLOAT_QUANTIZED("float-quantized"),
        INT_QUANTIZED("int-quantized"),
        NAIVE_QUANTIZED("naive-quantized"),
        NVFP4("nvfp4-pack-quantized"),
        MXFP4("mxfp4-pack-quantized");

        private final String id;

        Format(String id) {
            this.id = id;
        }

        String id() {
            return id;
        }
    }

    /** How many values share a scale. */
    sealed interface Scaling {
        /** All of a matrix. */
        record Tensor() implements Scaling {}

        /** Those of a row. */
        record Row() implements Scaling {}

        /** As many of a row. */
        record Columns(int size) implements Scaling {}

        /** Those of a block. */
        record Blocks(Block block) implements Scaling {}
    }

    /** The modules of a group: by name, by pattern, or by their class, which is taken for all that no name matches. */
    record Targets(List<String> names, List<ModulePattern> patterns, boolean classes) {
        public Targets {
            names = List.copyOf(names);
            patterns = List.copyOf(patterns);
        }

        boolean name(String module) {
            return names.stream().anyMatch(name -> module.equals(name) || module.endsWith("." + name))
                    || patterns.stream().anyMatch(pattern -> pattern.matches(module));
        }
    }

    /** NVIDIA's ModelOpt. */
    enum ModelOpt implements Quantisation {
        NVFP4,
        FP8
    }

    /**
     * GPTQ.
     *
     * @param groupSize inputs that share a scale; all if absent
     * @param zerosMinusOne whether zero points are stored less one (version 1)
     * @param overrides of single modules; the first that matches counts
     */
    record Gptq(int bits, Optional<Integer> groupSize, boolean zerosMinusOne, List<ModuleOverride> overrides)
            implements Quantisation {
        public Gptq {
            overrides = List.copyOf(overrides);
        }
    }

    /** What a config says about single modules. */
    record ModuleOverride(ModulePattern pattern, Optional<Integer> bits, Optional<Integer> groupSize) {}

    /** AWQ in four bits for the kernel gemm. */
    record Awq(Optional<Integer> groupSize) implements Quantisation {}

    /** NF4 and FP4 of bitsandbytes. */
    record BitsAndBytes() implements Quantisation {}
}
