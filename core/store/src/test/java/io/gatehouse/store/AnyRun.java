package io.gatehouse.store;

import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import io.gatehouse.store.write.TokenValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A run of a given shape, with values that the store keeps without rounding, and what queries for all of it have to
 * return: rows by question, layer, position and rank, as {@link Rows} writes them.
 */
final class AnyRun {
    final List<String> activations = new ArrayList<>();
    final List<String> decisions = new ArrayList<>();
    final List<String> gates = new ArrayList<>();
    final List<String> norms = new ArrayList<>();

    private final TestAnyRun.Shape shape;
    private final Random random;

    AnyRun(TestAnyRun.Shape shape) {
        this.shape = shape;
        this.random = new Random(shape.seed());
    }

    /** Its shards: each question goes to the next one in turn, and blocks of columns come in any order. */
    List<Shard> shards(RunWriter writer) {
        List<List<RoutingColumns>> routing = lists();
        List<List<TokenColumns>> tokens = lists();
        List<List<AnswerRow>> answers = lists();
        List<List<TokenValues>> gateValues = lists();
        List<List<TokenValues>> normValues = lists();
        for (int i = 0; i < shape.promptTokens().size(); i++) {
            int shard = i % shape.shards();
            int id = writer.questionId(i);
            int length = shape.promptTokens().get(i);
            answers.get(shard).add(new AnswerRow(id, 'A', true, new float[] {-1, -2}, 7, "A", length));
            tokens.get(shard).add(tokens(id, length));
            for (int layer = 0; layer < shape.layers(); layer++) {
                routing.get(shard).add(routing(id, layer, length));
                gates(id, layer, length).ifPresent(gateValues.get(shard)::add);
                norms(id, layer, length).ifPresent(normValues.get(shard)::add);
            }
        }
        List<Shard> shards = new ArrayList<>();
        for (int shard = 0; shard < shape.shards(); shard++) {
            Collections.shuffle(routing.get(shard), random);
            Collections.shuffle(tokens.get(shard), random);
            Collections.shuffle(answers.get(shard), random);
            shards.add(new Shard(
                    shard,
                    routing.get(shard),
                    tokens.get(shard),
                    answers.get(shard),
                    gateValues.get(shard),
                    normValues.get(shard)));
        }
        Collections.shuffle(shards, random);
        return shards;
    }

    private RoutingColumns routing(int id, int layer, int length) {
        int topK = shape.topK();
        int first = firstPosition(length);
        int rows = length - first;
        RoutingColumns columns = new RoutingColumns(
                layer,
                topK,
                repeated(id, rows),
                IntStream.range(first, length).toArray(),
                last(rows),
                new short[rows * topK],
                new float[rows * topK],
                new float[rows],
                new float[rows],
                new float[rows],
                new float[rows]);
        for (int row = 0; row < rows; row++) {
            int units = choose(columns, row);
            int spare = random.nextBoolean() ? 0 : random.nextInt(1025);
            columns.mass()[row] = (float) (units / 65_536.0 + spare / 1024.0);
            columns.entropy()[row] = random.nextInt(1 + (int) (Math.log(shape.experts()) * 1024)) / 1024f;
            columns.margin()[row] = random.nextInt(1_048_577) / 1_048_576f;
            decisions.add("%s|%s|%s|%s"
                    .formatted(
                            key(id, layer, first + row),
                            columns.entropy()[row],
                            columns.mass()[row],
                            columns.margin()[row]));
        }
        return columns;
    }

    /** Chooses different experts with a weight each, and returns the sum of the weights in units. */
    private int choose(RoutingColumns columns, int row) {
        List<Integer> experts =
                new ArrayList<>(IntStream.range(0, shape.experts()).boxed().toList());
        int sum = 0;
        for (int i = 0; i < shape.topK(); i++) {
            int at = row * shape.topK() + i;
            int units = random.nextInt(65_537);
            sum += units;
            columns.experts()[at] =
                    experts.remove(random.nextInt(experts.size())).shortValue();
            columns.weights()[at] = units / 65_536f;
            activations.add("1|%d|%d|%d|prompt|%s|%d|%d|%s"
                    .formatted(
                            columns.questionIds()[row],
                            columns.positions()[row],
                            columns.layer(),
                            columns.last()[row],
                            i + 1,
                            columns.experts()[at],
                            columns.weights()[at]));
        }
        return sum;
    }

    private TokenColumns tokens(int id, int length) {
        int first = firstPosition(length);
        int[] positions = IntStream.range(first, length).toArray();
        return new TokenColumns(
                repeated(id, positions.length),
                positions,
                last(positions.length),
                positions,
                IntStream.of(positions).mapToObj(String::valueOf).toArray(String[]::new));
    }

    private Optional<TokenValues> gates(int id, int layer, int length) {
        Probabilities recorded = shape.recording().probabilities();
        if (recorded == Probabilities.NONE) {
            return Optional.empty();
        }
        int first = recorded == Probabilities.ALL ? 0 : length - 1;
        return Optional.of(values(id, layer, first, length, shape.experts(), this::gate, gates));
    }

    private Optional<TokenValues> norms(int id, int layer, int length) {
        if (!shape.recording().norms()) {
            return Optional.empty();
        }
        return Optional.of(values(id, layer, firstPosition(length), length, shape.topK(), this::norms, norms));
    }

    private TokenValues values(
            int id, int layer, int first, int length, int width, Supplier<float[]> next, List<String> rows) {
        float[] all = new float[(length - first) * width];
        for (int position = first; position < length; position++) {
            float[] values = next.get();
            System.arraycopy(values, 0, all, (position - first) * width, width);
            rows.add("%s|%s".formatted(key(id, layer, position), Arrays.toString(values)));
        }
        int[] positions = IntStream.range(first, length).toArray();
        return new TokenValues(layer, width, repeated(id, length - first), positions, all);
    }

    /** Probabilities that sum to 1 in units: a part of what is left for each expert but the last. */
    private float[] gate() {
        float[] gate = new float[shape.experts()];
        int left = 1 << 22;
        for (int i = 0; i < gate.length - 1; i++) {
            int units = random.nextInt(1 + left / 2);
            gate[i] = units / 4_194_304f;
            left -= units;
        }
        gate[gate.length - 1] = left / 4_194_304f;
        return gate;
    }

    private float[] norms() {
        float[] norms = new float[shape.topK()];
        for (int i = 0; i < norms.length; i++) {
            norms[i] = 100 * random.nextFloat();
        }
        return norms;
    }

    private int firstPosition(int length) {
        return shape.recording().scope() == Scope.PROMPT ? 0 : length - 1;
    }

    private static String key(int id, int layer, int position) {
        return "%d|%d|%d".formatted(id, layer, position);
    }

    private static int[] repeated(int value, int count) {
        return IntStream.generate(() -> value).limit(count).toArray();
    }

    private static boolean[] last(int rows) {
        boolean[] last = new boolean[rows];
        last[rows - 1] = true;
        return last;
    }

    private <T> List<List<T>> lists() {
        return IntStream.range(0, shape.shards())
                .mapToObj(shard -> (List<T>) new ArrayList<T>())
                .toList();
    }
}
