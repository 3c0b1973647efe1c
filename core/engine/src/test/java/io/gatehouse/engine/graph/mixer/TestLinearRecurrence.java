package io.gatehouse.engine.graph.mixer;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.engine.graph.op.Rectangle;
import io.gatehouse.engine.memory.TensorMemory;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The recurrences in chunks against the same token by token in double precision, straight from the formula. */
final class TestLinearRecurrence {
    private static final double TOLERANCE = 1e-4;
    private static final int ROUNDS = 12;

    private enum Rule {
        DECAYED,
        DELTA,
        CHANNEL_DELTA
    }

    /**
     * Inputs of all tokens.
     *
     * @param decay [tokens][value heads], or [tokens][key heads x key size] for decays of channels
     * @param before [G x R x key size x value size]
     */
    private record Inputs(
            Rule rule,
            LinearRecurrence.Shape shape,
            SomePrompts prompts,
            double[][] queries,
            double[][] keys,
            double[][] values,
            double[][] decay,
            double[][] rate,
            Optional<float[]> before) {
        static Inputs random(SplittableRandom random, Rule rule, LinearRecurrence.Shape shape, SomePrompts prompts) {
            int tokens = prompts.tokens();
            int keyWidth = shape.keyHeads() * shape.keyDim();
            double scale = 1 / Math.sqrt(shape.keyDim());
            double[][] rate = new double[tokens][shape.valueHeads()];
            double[][] decay = new double[tokens][rule == Rule.CHANNEL_DELTA ? keyWidth : shape.valueHeads()];
            for (int token = 0; token < tokens; token++) {
                Arrays.setAll(rate[token], i -> (float) random.nextDouble());
                // From hardly any decay to e^-20 in one token.
                Arrays.setAll(decay[token], i -> (float) -Math.exp(random.nextDouble(-6, 3)));
            }
            float[] before = new float[shape.valueHeads() * shape.keyDim() * shape.valueDim()];
            for (int i = 0; i < before.length; i++) {
                before[i] = (float) random.nextGaussian();
            }
            return new Inputs(
                    rule,
                    shape,
                    prompts,
                    SomePrompts.normal(random, tokens, keyWidth, scale),
                    SomePrompts.normal(random, tokens, keyWidth, scale),
                    SomePrompts.normal(random, tokens, shape.valueHeads() * shape.valueDim(), 1),
                    decay,
                    rate,
                    random.nextBoolean() ? Optional.of(before) : Optional.empty());
        }

        /** The tokens of one prompt from one of its positions on, with another state before them. */
        Inputs part(int prompt, int from, Optional<float[]> state) {
            int first = prompts.first(prompt) + from;
            int last = prompts.first(prompt) + prompts.lengths()[prompt];
            return new Inputs(
                    rule,
                    shape,
                    new SomePrompts(new int[] {last - first}, prompts.width()),
                    Arrays.copyOfRange(queries, first, last),
                    Arrays.copyOfRange(keys, first, last),
                    Arrays.copyOfRange(values, first, last),
                    Arrays.copyOfRange(decay, first, last),
                    Arrays.copyOfRange(rate, first, last),
                    state);
        }
    }

    /**
     * @param output [B x S x value heads x value size]
     * @param state [B x value heads x key size x value size]
     */
    private record Outcome(float[] output, float[] state) {
        float[] outputOf(Inputs inputs, int prompt, int position) {
            int columns = inputs.shape.valueHeads() * inputs.shape.valueDim();
            int from = (prompt * inputs.prompts.width() + position) * columns;
            return Arrays.copyOfRange(output, from, from + columns);
        }

        float[] stateOf(Inputs inputs, int prompt) {
            int size = inputs.shape.valueHeads() * inputs.shape.keyDim() * inputs.shape.valueDim();
            return Arrays.copyOfRange(state, prompt * size, (prompt + 1) * size);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isTheRecurrenceTokenByToken(Rule rule) {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < ROUNDS; round++) {
            Inputs inputs = inputs(random, rule);
            Outcome outcome = run(inputs);
            for (int prompt = 0; prompt < inputs.prompts.lengths().length; prompt++) {
                compare("round %d prompt %d of %s".formatted(round, prompt, inputs.shape), inputs, prompt, outcome);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPromptHasTheSameBitsAloneAndAmongOthers(Rule rule) {
        SplittableRandom random = new SplittableRandom(6);
        LinearRecurrence.Shape shape = shape(random, rule);
        SomePrompts prompts = new SomePrompts(new int[] {97, 128, 65, 126, 128}, 128);
        Inputs inputs = Inputs.random(random, rule, shape, prompts);
        Outcome together = run(inputs);
        for (int prompt = 0; prompt < prompts.lengths().length; prompt++) {
            Inputs own = inputs.part(prompt, 0, inputs.before);
            Outcome alone = run(own);
            assertThat(alone.stateOf(own, 0)).isEqualTo(together.stateOf(inputs, prompt));
            for (int position = 0; position < prompts.lengths()[prompt]; position++) {
                assertThat(alone.outputOf(own, 0, position))
                        .as("prompt %d, position %d", prompt, position)
                        .isEqualTo(together.outputOf(inputs, prompt, position));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theStateCarriesAllOfAPrefix(Rule rule) {
        SplittableRandom random = new SplittableRandom(7);
        Inputs whole = Inputs.random(random, rule, shape(random, rule), new SomePrompts(new int[] {100}, 128));
        for (int border : new int[] {1, 15, 16, 63, 64, 77}) {
            Inputs beginning = new Inputs(
                    rule,
                    whole.shape,
                    new SomePrompts(new int[] {border}, 80),
                    whole.queries,
                    whole.keys,
                    whole.values,
                    whole.decay,
                    whole.rate,
                    whole.before);
            float[] state = run(beginning.part(0, 0, whole.before)).stateOf(beginning, 0);
            Inputs rest = whole.part(0, border, Optional.of(state));
            Outcome outcome = run(rest);
            assertThat(difference(run(whole).stateOf(whole, 0), doubles(outcome.stateOf(rest, 0))))
                    .as("state after a border at %d", border)
                    .isLessThan(TOLERANCE);
        }
    }

    private static LinearRecurrence.Shape shape(SplittableRandom random, Rule rule) {
        return new LinearRecurrence.Shape(
                random.nextInt(1, 4),
                rule == Rule.CHANNEL_DELTA ? 1 : random.nextInt(1, 4),
                random.nextInt(1, 20),
                random.nextInt(1, 20));
    }

    /** Among the widths are some that the engine does not make, so that chunks of any power of two occur. */
    private static Inputs inputs(SplittableRandom random, Rule rule) {
        int[] widths = {1, 16, 20, 32, 64, 100, 128, 192, 256};
        int width = widths[random.nextInt(widths.length)];
        int[] lengths = IntStream.range(0, random.nextInt(1, 5))
                .map(i -> random.nextInt(1, width + 1))
                .toArray();
        return Inputs.random(random, rule, shape(random, rule), new SomePrompts(lengths, width));
    }

    private static Outcome run(Inputs inputs) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Rectangle rectangle = inputs.prompts.rectangle(tf);
            LinearRecurrence.Result result = build(tf, rectangle, inputs);
            try (Session session = new Session(graph);
                    var end = session.runner()
                            .fetch(result.output())
                            .fetch(result.state())
                            .run()) {
                return new Outcome(TensorMemory.floats(end.get(0)), TensorMemory.floats(end.get(1)));
            }
        }
    }

    private static LinearRecurrence.Result build(Ops tf, Rectangle rectangle, Inputs inputs) {
        LinearRecurrence.Shape shape = inputs.shape;
        LinearRecurrence recurrence = new LinearRecurrence(tf, rectangle, shape);
        SomePrompts prompts = inputs.prompts;
        Operand<TFloat32> queries = prompts.values(tf, rectangle, inputs.queries);
        Operand<TFloat32> keys = prompts.values(tf, rectangle, inputs.keys);
        Operand<TFloat32> values = prompts.values(tf, rectangle, inputs.values);
        Operand<TFloat32> decay = prompts.values(tf, rectangle, inputs.decay);
        Operand<TFloat32> rate = prompts.values(tf, rectangle, inputs.rate);
        Optional<Operand<TFloat32>> before = inputs.before.map(state -> SomePrompts.tensor(
                tf, state, 1, shape.keyHeads(), shape.valuesPerKey(), shape.keyDim(), shape.valueDim()));
        return switch (inputs.rule) {
            case DECAYED -> recurrence.decayed(queries, keys, values, decay, before);
            case DELTA -> recurrence.delta(queries, keys, values, decay, rate, before);
            case CHANNEL_DELTA -> recurrence.channelDelta(queries, keys, values, decay, rate, before);
        };
    }

    /** The recurrence of one prompt, head by head and token by token. */
    private static void compare(String what, Inputs inputs, int prompt, Outcome actual) {
        LinearRecurrence.Shape shape = inputs.shape;
        int keyDim = shape.keyDim();
        int valueDim = shape.valueDim();
        for (int head = 0; head < shape.valueHeads(); head++) {
            int keyHead = head / shape.valuesPerKey();
            double[][] state = new double[keyDim][valueDim];
            for (int i = 0; i < keyDim; i++) {
                for (int j = 0; j < valueDim; j++) {
                    int at = (head * keyDim + i) * valueDim + j;
                    state[i][j] =
                            inputs.before.map(values -> (double) values[at]).orElse(0.0);
                }
            }
            for (int position = 0; position < inputs.prompts.lengths()[prompt]; position++) {
                int token = inputs.prompts.first(prompt) + position;
                for (int i = 0; i < keyDim; i++) {
                    double g = inputs.decay[token][inputs.rule == Rule.CHANNEL_DELTA ? keyHead * keyDim + i : head];
                    for (int j = 0; j < valueDim; j++) {
                        state[i][j] *= Math.exp(g);
                    }
                }
                double[] output = new double[valueDim];
                for (int j = 0; j < valueDim; j++) {
                    double written = inputs.values[token][head * valueDim + j];
                    if (inputs.rule != Rule.DECAYED) {
                        double known = 0;
                        for (int i = 0; i < keyDim; i++) {
                            known += state[i][j] * inputs.keys[token][keyHead * keyDim + i];
                        }
                        written = inputs.rate[token][head] * (written - known);
                    }
                    for (int i = 0; i < keyDim; i++) {
                        state[i][j] += inputs.keys[token][keyHead * keyDim + i] * written;
                        output[j] += state[i][j] * inputs.queries[token][keyHead * keyDim + i];
                    }
                }
                float[] row = actual.outputOf(inputs, prompt, position);
                assertThat(difference(Arrays.copyOfRange(row, head * valueDim, (head + 1) * valueDim), output))
                        .as("%s: output of head %d at %d", what, head, position)
                        .isLessThan(TOLERANCE);
            }
            float[] end = actual.stateOf(inputs, prompt);
            int size = keyDim * valueDim;
            assertThat(difference(
                            Arrays.copyOfRange(end, head * size, (head + 1) * size),
                            Arrays.stream(state).flatMapToDouble(Arrays::stream).toArray()))
                    .as("%s: state of head %d", what, head)
                    .isLessThan(TOLERANCE);
        }
    }

    private static double difference(float[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        return IntStream.range(0, actual.length)
                .mapToDouble(i -> Math.abs(actual[i] - expected[i]))
                .max()
                .orElseThrow();
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }
}
