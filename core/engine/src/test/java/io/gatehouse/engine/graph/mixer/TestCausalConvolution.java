package io.gatehouse.engine.graph.mixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.engine.graph.op.Rectangle;
import io.gatehouse.engine.memory.TensorMemory;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The convolution along the tokens against its sum in double precision. */
final class TestCausalConvolution {
    private static final double TOLERANCE = 1e-5;

    @Test
    void isTheSumOverTheTokensBefore() {
        SplittableRandom random = new SplittableRandom(8);
        for (int round = 0; round < 20; round++) {
            int channels = random.nextInt(1, 12);
            int kernel = random.nextInt(2, 6);
            int width = 16 * random.nextInt(1, 5);
            int[] lengths = IntStream.range(0, random.nextInt(1, 5))
                    .map(i -> random.nextInt(1, width + 1))
                    .toArray();
            check(random, new SomePrompts(lengths, width), channels, kernel);
        }
    }

    private static void check(SplittableRandom random, SomePrompts prompts, int channels, int kernel) {
        double[][] x = SomePrompts.normal(random, prompts.tokens(), channels, 1);
        double[][] weight = SomePrompts.normal(random, channels, kernel, 1);
        double[][] bias = SomePrompts.normal(random, 1, channels, 1);
        Optional<double[][]> before = random.nextBoolean()
                ? Optional.of(SomePrompts.normal(random, kernel - 1, channels, 1))
                : Optional.empty();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Rectangle rectangle = prompts.rectangle(tf);
            Optional<Operand<TFloat32>> past =
                    before.map(values -> tf.expandDims(SomePrompts.matrix(tf, values), tf.constant(0)));
            CausalConvolution.Result result = new CausalConvolution(tf, rectangle, channels, kernel)
                    .build(
                            prompts.values(tf, rectangle, x),
                            SomePrompts.matrix(tf, weight),
                            Optional.of(tf.reshape(SomePrompts.matrix(tf, bias), tf.constant(new int[] {-1}))),
                            past);
            try (Session session = new Session(graph);
                    var end = session.runner()
                            .fetch(result.output())
                            .fetch(result.state())
                            .run()) {
                float[] output = TensorMemory.floats(end.get(0));
                float[] state = TensorMemory.floats(end.get(1));
                for (int prompt = 0; prompt < prompts.lengths().length; prompt++) {
                    int first = prompts.first(prompt);
                    int length = prompts.lengths()[prompt];
                    for (int channel = 0; channel < channels; channel++) {
                        for (int t = 0; t < length; t++) {
                            double sum = bias[0][channel];
                            for (int j = 0; j < kernel; j++) {
                                sum += weight[channel][j]
                                        * input(x, before, first, t - kernel + 1 + j, channel, kernel);
                            }
                            assertThat((double) output[(prompt * prompts.width() + t) * channels + channel])
                                    .as("%s at %d of prompt %d", prompts, t, prompt)
                                    .isCloseTo(sum, within(TOLERANCE));
                        }
                        for (int i = 0; i < kernel - 1; i++) {
                            double last = input(x, before, first, length - kernel + 1 + i, channel, kernel);
                            assertThat((double) state[(prompt * (kernel - 1) + i) * channels + channel])
                                    .as("state of prompt %d of %s", prompt, prompts)
                                    .isCloseTo(last, within(TOLERANCE));
                        }
                    }
                }
            }
        }
    }

    private static double input(
            double[][] x, Optional<double[][]> before, int first, int position, int channel, int kernel) {
        if (position >= 0) {
            return x[first + position][channel];
        }
        return before.map(past -> past[kernel - 1 + position][channel]).orElse(0.0);
    }
}
