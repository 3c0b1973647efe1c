package io.gatehouse.engine.graph.mixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.engine.graph.op.Rectangle;
import io.gatehouse.engine.memory.TensorMemory;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The selective scan against its recurrence in double precision. */
final class TestSelectiveScan {
    private static final double TOLERANCE = 1e-4;

    /** @param before [whole blocks of states x channels] */
    private record Inputs(
            int states,
            SomePrompts prompts,
            double[][] x,
            double[][] step,
            double[][] in,
            double[][] out,
            double[][] rate,
            Optional<float[]> before) {
        static Inputs random(SplittableRandom random, int channels, int states, SomePrompts prompts) {
            int tokens = prompts.tokens();
            double[][] step = new double[tokens][channels];
            for (double[] row : step) {
                Arrays.setAll(row, i -> (float) Math.exp(random.nextDouble(-5, 2)));
            }
            double[][] rate = new double[channels][states];
            for (double[] row : rate) {
                Arrays.setAll(row, i -> (float) -Math.exp(random.nextDouble(-2, 2)));
            }
            int blocks = (states + 15) / 16 * 16;
            float[] before = new float[blocks * channels];
            for (int i = 0; i < states * channels; i++) {
                before[i] = (float) random.nextGaussian();
            }
            return new Inputs(
                    states,
                    prompts,
                    SomePrompts.normal(random, tokens, channels, 1),
                    step,
                    SomePrompts.normal(random, tokens, states, 1),
                    SomePrompts.normal(random, tokens, states, 1),
                    rate,
                    random.nextBoolean() ? Optional.of(before) : Optional.empty());
        }

        int channels() {
            return rate.length;
        }

        Inputs only(int prompt) {
            int first = prompts.first(prompt);
            int last = first + prompts.lengths()[prompt];
            return new Inputs(
                    states,
                    new SomePrompts(new int[] {last - first}, prompts.width()),
                    Arrays.copyOfRange(x, first, last),
                    Arrays.copyOfRange(step, first, last),
                    Arrays.copyOfRange(in, first, last),
                    Arrays.copyOfRange(out, first, last),
                    rate,
                    before);
        }
    }

    @Test
    void isTheRecurrenceTokenByToken() {
        SplittableRandom random = new SplittableRandom(9);
        for (int round = 0; round < 10; round++) {
            int width = 16 * random.nextInt(1, 5);
            int[] lengths = IntStream.range(0, random.nextInt(1, 5))
                    .map(i -> random.nextInt(1, width + 1))
                    .toArray();
            Inputs inputs = Inputs.random(
                    random, random.nextInt(1, 12), random.nextInt(1, 20), new SomePrompts(lengths, width));
            float[] output = run(inputs);
            for (int prompt = 0; prompt < lengths.length; prompt++) {
                for (int channel = 0; channel < inputs.channels(); channel++) {
                    compare(inputs, output, prompt, channel);
                }
            }
        }
    }

    @Test
    void aPromptHasTheSameBitsAloneAndAmongOthers() {
        SplittableRandom random = new SplittableRandom(10);
        SomePrompts prompts = new SomePrompts(new int[] {33, 64, 41, 64, 50}, 64);
        Inputs inputs = Inputs.random(random, 7, 5, prompts);
        float[] together = run(inputs);
        for (int prompt = 0; prompt < prompts.lengths().length; prompt++) {
            int from = prompt * prompts.width() * inputs.channels();
            int size = prompts.lengths()[prompt] * inputs.channels();
            assertThat(Arrays.copyOf(run(inputs.only(prompt)), size))
                    .as("prompt %d", prompt)
                    .isEqualTo(Arrays.copyOfRange(together, from, from + size));
        }
    }

    private static float[] run(Inputs inputs) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            SomePrompts prompts = inputs.prompts;
            Rectangle rectangle = prompts.rectangle(tf);
            int blocks = (inputs.states + 15) / 16 * 16;
            Optional<Operand<TFloat32>> before =
                    inputs.before.map(state -> SomePrompts.tensor(tf, state, 1, blocks, inputs.channels()));
            SelectiveScan.Result result = new SelectiveScan(tf, rectangle, inputs.channels(), inputs.states)
                    .build(
                            prompts.values(tf, rectangle, inputs.x),
                            prompts.values(tf, rectangle, inputs.step),
                            prompts.values(tf, rectangle, inputs.in),
                            prompts.values(tf, rectangle, inputs.out),
                            SomePrompts.matrix(tf, inputs.rate),
                            before);
            try (Session session = new Session(graph);
                    var end = session.runner().fetch(result.output()).run()) {
                return TensorMemory.floats(end.get(0));
            }
        }
    }

    private static void compare(Inputs inputs, float[] output, int prompt, int channel) {
        int channels = inputs.channels();
        double[] state = new double[inputs.states];
        Arrays.setAll(
                state,
                n -> inputs.before
                        .map(values -> (double) values[n * channels + channel])
                        .orElse(0.0));
        for (int t = 0; t < inputs.prompts.lengths()[prompt]; t++) {
            int token = inputs.prompts.first(prompt) + t;
            double y = 0;
            double d = inputs.step[token][channel];
            for (int n = 0; n < inputs.states; n++) {
                state[n] = Math.exp(d * inputs.rate[channel][n]) * state[n]
                        + d * inputs.x[token][channel] * inputs.in[token][n];
                y += inputs.out[token][n] * state[n];
            }
            double scale = Math.max(1, Math.abs(y));
            assertThat(output[(prompt * inputs.prompts.width() + t) * channels + channel] / scale)
                    .as("%s at %d of prompt %d", inputs.prompts, t, prompt)
                    .isCloseTo(y / scale, within(TOLERANCE));
        }
    }
}
