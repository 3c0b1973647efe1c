package io.gatehouse.engine.graph.mixer;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.config.GatedDelta;
import io.gatehouse.checkpoint.config.KimiDelta;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Lightning;
import io.gatehouse.checkpoint.config.Mamba;
import io.gatehouse.checkpoint.config.Mamba2;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QueryScale;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeScaling;
import io.gatehouse.checkpoint.config.ShortConvolution;
import io.gatehouse.engine.graph.op.Weights;
import io.gatehouse.engine.memory.TensorMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Every mixer's block against {@link PlainMixer}, with random weights, sizes and lengths. */
final class TestMixerBlocks {
    private static final double TOLERANCE = 2e-4;
    private static final int ROUNDS = 6;

    private enum Kind {
        LATENT(TestMixerBlocks::latent),
        LATENT_INDEXED(TestMixerBlocks::indexed),
        GATED_DELTA(random -> {
            int keyHeads = random.nextInt(1, 4);
            return new GatedDelta(
                    keyHeads,
                    keyHeads * random.nextInt(1, 4),
                    random.nextInt(2, 12),
                    random.nextInt(2, 12),
                    random.nextInt(2, 5),
                    1e-3f,
                    any(random, GatedDelta.Projections.values()));
        }),
        KIMI_DELTA(random -> new KimiDelta(
                random.nextInt(1, 5),
                random.nextInt(2, 12),
                random.nextInt(2, 5),
                1e-3f,
                random.nextBoolean(),
                random.nextBoolean() ? OptionalDouble.of(-5) : OptionalDouble.empty())),
        LIGHTNING(random -> new Lightning(
                random.nextInt(1, 6), random.nextInt(2, 12), 1e-3f, Lightning.depth(random.nextInt(0, 8), 8))),
        MAMBA(random -> new Mamba(
                random.nextInt(2, 20),
                random.nextInt(2, 18),
                random.nextInt(1, 6),
                random.nextInt(2, 5),
                random.nextBoolean(),
                random.nextBoolean(),
                1e-3f)),
        MAMBA2(random -> {
            int groups = random.nextInt(1, 4);
            return new Mamba2(
                    groups * random.nextInt(1, 4),
                    random.nextInt(2, 10),
                    groups,
                    random.nextInt(2, 12),
                    random.nextInt(2, 5),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    1e-3f,
                    random.nextBoolean() ? 0 : 0.3f,
                    random.nextBoolean() ? Float.POSITIVE_INFINITY : 1);
        }),
        SHORT_CONVOLUTION(random -> new ShortConvolution(random.nextInt(2, 5), random.nextBoolean()));

        @SuppressWarnings("ImmutableEnumChecker") // a method of this class, without a state
        private final Function<SplittableRandom, Mixer> draw;

        Kind(Function<SplittableRandom, Mixer> draw) {
            this.draw = draw;
        }
    }

    /**
     * A mixer whose sizes are multiples of 16, as those of models are: the matrix library may take another path for more
     * rows where sizes are odd and tiny.
     */
    private static Mixer regular(Kind kind) {
        Rope rope = new Rope(100, new RopeScaling.None(), 16, Rope.Layout.INTERLEAVED);
        LatentAttention latent = new LatentAttention(
                4,
                OptionalInt.of(32),
                32,
                16,
                16,
                16,
                false,
                1e-6f,
                Optional.of(rope),
                0.2f,
                Optional.empty(),
                OutputGate.NONE,
                Optional.empty());
        return switch (kind) {
            case LATENT -> latent;
            case LATENT_INDEXED -> latent.with(new LatentAttention.Indexer(16, 32, 24, Rope.Layout.HALVES, false));
            case GATED_DELTA -> new GatedDelta(2, 4, 16, 16, 4, 1e-6f, GatedDelta.Projections.SEPARATE);
            case KIMI_DELTA -> new KimiDelta(3, 16, 4, 1e-6f, true, OptionalDouble.empty());
            case LIGHTNING -> new Lightning(4, 16, 1e-6f, 0.5f);
            case MAMBA -> new Mamba(96, 16, 16, 4, true, false, 1e-6f);
            case MAMBA2 -> new Mamba2(4, 16, 2, 16, 4, true, false, 1e-6f, 0, Float.POSITIVE_INFINITY);
            case SHORT_CONVOLUTION -> new ShortConvolution(3, false);
        };
    }

    private static Mixer latent(SplittableRandom random) {
        int rotary = 2 * random.nextInt(1, 6);
        Optional<Rope> rope = random.nextBoolean() ? Optional.of(rope(random, rotary)) : Optional.empty();
        OptionalInt rank = random.nextBoolean() ? OptionalInt.of(random.nextInt(2, 12)) : OptionalInt.empty();
        OutputGate ofQuery = rank.isPresent() ? OutputGate.SIGMOID_OF_QUERY : OutputGate.SIGMOID_HEAD;
        List<OutputGate> gates = List.of(OutputGate.NONE, OutputGate.SIGMOID, OutputGate.SIGMOID_HEAD, ofQuery);
        List<Optional<QueryScale>> growths = List.of(
                Optional.empty(),
                Optional.of(new QueryScale.Steps(0.3f, 10, random.nextInt(2))),
                Optional.of(new QueryScale.Power(0.3f, 20)),
                Optional.of(new QueryScale.LearnedLogarithm()));
        OutputGate gate = gates.get(random.nextInt(gates.size()));
        return new LatentAttention(
                random.nextInt(1, 4),
                rank,
                random.nextInt(2, 12),
                random.nextInt(1, 10),
                rotary,
                random.nextInt(1, 12),
                random.nextBoolean(),
                1e-3f,
                rope,
                0.2f,
                growths.get(random.nextInt(growths.size())),
                gate,
                Optional.empty(),
                random.nextBoolean() ? new Mask.Window(random.nextInt(1, 40)) : new Mask.Causal(),
                new LatentAttention.Latents(
                        gate != OutputGate.SIGMOID_OF_QUERY && random.nextBoolean(),
                        random.nextBoolean(),
                        LatentAttention.Source.OWN),
                random.nextBoolean());
    }

    private static Mixer indexed(SplittableRandom random) {
        int rotary = 2 * random.nextInt(1, 6);
        // Many heads: with few, scores of exactly zero are equal, and which of them is chosen is a matter of taste.
        LatentAttention.Indexer indexer = new LatentAttention.Indexer(
                16, rotary + random.nextInt(0, 8), random.nextInt(1, 30), any(random, Rope.Layout.values()), false);
        return new LatentAttention(
                random.nextInt(1, 4),
                OptionalInt.of(random.nextInt(6, 12)),
                random.nextInt(2, 12),
                random.nextInt(1, 10),
                rotary,
                random.nextInt(1, 12),
                random.nextBoolean(),
                1e-3f,
                Optional.of(rope(random, rotary)),
                0.2f,
                Optional.empty(),
                OutputGate.NONE,
                Optional.of(indexer));
    }

    private static <E> E any(SplittableRandom random, E[] values) {
        return values[random.nextInt(values.length)];
    }

    private static Rope rope(SplittableRandom random, int dims) {
        return new Rope(100, new RopeScaling.None(), dims, any(random, Rope.Layout.values()));
    }

    /** A block in a graph of its own with random weights. */
    private static final class Block implements AutoCloseable {
        final Mixer mixer;
        final int hidden;
        final Map<String, double[]> values = new HashMap<>();
        private final Graph graph = new Graph();
        private final LayerInputs inputs;
        private final MixerBlock block;
        private final MixerBlock.Output output;
        private final Session session;
        private final List<Tensor> tensors = new ArrayList<>();

        Block(Mixer mixer, int hidden, boolean prefixed, SplittableRandom random, Map<String, double[]> given) {
            this.mixer = mixer;
            this.hidden = hidden;
            Ops tf = Ops.create(graph);
            this.inputs = LayerInputs.declare(tf, Optional.empty());
            Weights weights = new Weights(tf, "layer", name -> Optional.empty(), List.of(""));
            this.block = MixerBlocks.of(tf, mixer, hidden, TFloat32.class, inputs, prefixed)
                    .orElseThrow();
            this.output = block.build(inputs.hidden(), weights);
            this.session = new Session(graph);
            for (Weights.Variable weight : weights.variables()) {
                String name = weight.spec().tensors().get(0);
                long[] shape = weight.spec().shape().asArray();
                double[] drawn = given.getOrDefault(name, drawn(name, shape, random));
                values.put(name, drawn);
                tensors.add(tensor(drawn, shape));
            }
            weights.assign(session, tensors);
        }

        private static double[] drawn(String name, long[] shape, SplittableRandom random) {
            double scale = shape.length > 1 ? 1 / Math.sqrt((double) shape[1]) : 0.4;
            double mean = name.endsWith("norm.weight") || name.endsWith("norm1.weight") ? 1 : 0;
            double[] values = new double[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
            Arrays.setAll(values, i -> (float) (mean + scale * random.nextGaussian()));
            return values;
        }

        /** @return the output [T, hidden] and the state */
        Result run(SomePrompts prompts, double[][] x, int first, List<Tensor> past) {
            List<Tensor> fed = new ArrayList<>();
            int rows = (prompts.tokens() + 15) / 16 * 16;
            int[][] padded = new int[prompts.lengths().length][prompts.width()];
            int[] packed = new int[rows];
            int[] positions = new int[rows];
            int row = 0;
            for (int b = 0; b < padded.length; b++) {
                for (int i = 0; i < prompts.lengths()[b]; i++, row++) {
                    padded[b][i] = row;
                    packed[row] = b * prompts.width() + i;
                    positions[row] = first + i;
                }
            }
            double[] flat = new double[rows * hidden];
            for (int i = 0; i < prompts.tokens() * hidden; i++) {
                flat[i] = x[i / hidden][i % hidden];
            }
            try (TInt32 paddedTensor = TInt32.tensorOf(StdArrays.ndCopyOf(padded));
                    TInt32 packedTensor = TInt32.vectorOf(packed);
                    TInt32 positionTensor = TInt32.vectorOf(positions);
                    TInt32 tokens = TInt32.scalarOf(prompts.tokens());
                    TInt32 window = TInt32.scalarOf(mixer.mask().window());
                    TFloat32 depth = TFloat32.scalarOf(mixer.depth())) {
                Session.Runner runner = session.runner()
                        .feed(inputs.hidden(), added(fed, tensor(flat, rows, hidden)))
                        .feed(inputs.padded(), paddedTensor)
                        .feed(inputs.packed(), packedTensor)
                        .feed(inputs.positions(), positionTensor)
                        .feed(inputs.tokens(), tokens)
                        .feed(inputs.window(), window)
                        .feed(inputs.depth(), depth);
                mixer.rope().ifPresent(rope -> {
                    double[] frequencies = rope.frequencies(1);
                    double[] cosine = new double[rows * frequencies.length];
                    double[] sine = new double[cosine.length];
                    for (int i = 0; i < cosine.length; i++) {
                        double angle = positions[i / frequencies.length] * frequencies[i % frequencies.length];
                        cosine[i] = Math.cos(angle);
                        sine[i] = Math.sin(angle);
                    }
                    runner.feed(inputs.cosine(), added(fed, tensor(cosine, rows, frequencies.length)));
                    runner.feed(inputs.sine(), added(fed, tensor(sine, rows, frequencies.length)));
                });
                for (int i = 0; i < past.size(); i++) {
                    runner.feed(block.past().get(i), past.get(i));
                }
                runner.fetch(output.states());
                for (Operand<?> state : output.state()) {
                    runner.fetch(state);
                }
                return runner.run();
            } finally {
                fed.forEach(Tensor::close);
            }
        }

        private static Tensor added(List<Tensor> list, Tensor tensor) {
            list.add(tensor);
            return tensor;
        }

        private static Tensor tensor(double[] values, long... shape) {
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            return TFloat32.tensorOf(Shape.of(shape), DataBuffers.of(floats));
        }

        @Override
        public void close() {
            session.close();
            tensors.forEach(Tensor::close);
            graph.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void computesTheFormula(Kind kind) {
        SplittableRandom random = new SplittableRandom(20);
        for (int round = 0; round < ROUNDS; round++) {
            Mixer mixer = kind.draw.apply(random);
            int hidden = random.nextInt(4, 24);
            int width = 16 << random.nextInt(0, 4);
            int[] lengths = IntStream.range(0, random.nextInt(1, 4))
                    .map(i -> random.nextInt(1, width + 1))
                    .toArray();
            SomePrompts prompts = new SomePrompts(lengths, width);
            double[][] x = SomePrompts.normal(random, prompts.tokens(), hidden, 1);
            try (Block block = new Block(mixer, hidden, false, random, Map.of());
                    Result result = block.run(prompts, x, 0, List.of())) {
                float[] actual = TensorMemory.floats(result.get(0));
                for (int prompt = 0; prompt < lengths.length; prompt++) {
                    int first = prompts.first(prompt);
                    double[][] expected = new PlainMixer(block.values, hidden)
                            .run(mixer, Arrays.copyOfRange(x, first, first + lengths[prompt]));
                    compare("round %d, %s, prompt %d".formatted(round, mixer, prompt), actual, first, expected);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void goesOnAfterASharedPrefix(Kind kind) {
        SplittableRandom random = new SplittableRandom(40);
        for (int prefix : new int[] {16, 21, 64, 70}) {
            Mixer mixer = kind.draw.apply(random);
            int hidden = random.nextInt(4, 24);
            int[] lengths = {30, 32, 17};
            SomePrompts rests = new SomePrompts(lengths, 32);
            double[][] shared = SomePrompts.normal(random, prefix, hidden, 1);
            double[][] x = SomePrompts.normal(random, rests.tokens(), hidden, 1);
            SomePrompts alone = new SomePrompts(new int[] {prefix}, prefix <= 32 ? 32 : 128);
            try (Block first = new Block(mixer, hidden, false, random, Map.of());
                    Block second = new Block(mixer, hidden, true, random, first.values);
                    Result before = first.run(alone, shared, 0, List.of());
                    Result result = second.run(rests, x, prefix, states(before))) {
                float[] actual = TensorMemory.floats(result.get(0));
                for (int prompt = 0; prompt < lengths.length; prompt++) {
                    int start = rests.first(prompt);
                    double[][] whole = new double[prefix + lengths[prompt]][];
                    System.arraycopy(shared, 0, whole, 0, prefix);
                    System.arraycopy(x, start, whole, prefix, lengths[prompt]);
                    double[][] expected = new PlainMixer(first.values, hidden).run(mixer, whole);
                    compare(
                            "%s after %d, prompt %d".formatted(mixer, prefix, prompt),
                            actual,
                            start,
                            Arrays.copyOfRange(expected, prefix, expected.length));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPromptHasTheSameBitsAloneAndAmongOthers(Kind kind) {
        SplittableRandom random = new SplittableRandom(60);
        Mixer mixer = regular(kind);
        int hidden = 48;
        SomePrompts prompts = new SomePrompts(new int[] {97, 128, 65, 126}, 128);
        double[][] x = SomePrompts.normal(random, prompts.tokens(), hidden, 1);
        try (Block block = new Block(mixer, hidden, false, random, Map.of());
                Result together = block.run(prompts, x, 0, List.of())) {
            float[] all = TensorMemory.floats(together.get(0));
            for (int prompt = 0; prompt < prompts.lengths().length; prompt++) {
                int length = prompts.lengths()[prompt];
                int first = prompts.first(prompt);
                try (Result result = block.run(
                        new SomePrompts(new int[] {length}, 128),
                        Arrays.copyOfRange(x, first, first + length),
                        0,
                        List.of())) {
                    assertThat(Arrays.copyOf(TensorMemory.floats(result.get(0)), length * hidden))
                            .as("%s, prompt %d", mixer, prompt)
                            .isEqualTo(Arrays.copyOfRange(all, first * hidden, (first + length) * hidden));
                }
            }
        }
    }

    private static List<Tensor> states(Result result) {
        return IntStream.range(1, result.size()).mapToObj(result::get).toList();
    }

    private static void compare(String what, float[] actual, int first, double[][] expected) {
        double scale = Math.max(
                1,
                Math.sqrt(Arrays.stream(expected)
                        .flatMapToDouble(Arrays::stream)
                        .map(value -> value * value)
                        .average()
                        .orElseThrow()));
        for (int t = 0; t < expected.length; t++) {
            for (int i = 0; i < expected[t].length; i++) {
                assertThat(Math.abs(actual[(first + t) * expected[t].length + i] - expected[t][i]) / scale)
                        .as("%s: entry %d of token %d", what, i, t)
                        .isLessThan(TOLERANCE);
            }
        }
    }
}
