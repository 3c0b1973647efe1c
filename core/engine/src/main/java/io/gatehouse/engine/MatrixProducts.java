package io.gatehouse.engine;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.memory.FloatFormat;
import io.gatehouse.engine.memory.TensorMemory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Times matrix products by themselves: what a layer would take if there were nothing else to do. */
public final class MatrixProducts implements AutoCloseable {
    /** Products in one run, so that starting it does not count. */
    private static final int TOGETHER = 8;

    private static final int TRIES = 3;

    /** [rows, in] x [out, in]^T. */
    private record Product(long rows, long in, long out, Class<? extends TFloating> type) {}

    /** A product in a graph, and the operands that it is fed. */
    private record Prepared(Session.Runner runner, double times) {}

    private final Graph graph = new Graph();
    private final Session session;
    private final List<Tensor> operands = new ArrayList<>();
    private final List<Prepared> prepared = new ArrayList<>();

    private MatrixProducts(Map<Product, Double> products) {
        this.session = DeviceSession.open(Device.CPU, graph, true);
        products.forEach((product, times) -> prepare(product, product.type(), times));
    }

    /** Those of a mean layer of the model. */
    public static MatrixProducts ofLayer(ModelConfig config, Precision precision, int tokens) {
        return new MatrixProducts(products(config, precision, tokens));
    }

    /**
     * Whether this machine's CPU multiplies faster in bf16 than in fp32: without instructions for it, it does not. Timed
     * once, since what else the machine does may change the answer, and with it what a run is computed in.
     */
    static boolean bf16IsFaster() {
        return ThisMachine.BF16_IS_FASTER;
    }

    private static final class ThisMachine {
        private static final boolean BF16_IS_FASTER = seconds(TBfloat16.class) < seconds(TFloat32.class);
    }

    private static double seconds(Class<? extends TFloating> type) {
        try (MatrixProducts one = new MatrixProducts(Map.of(new Product(128, 1024, 1024, type), 1.0))) {
            return one.seconds();
        }
    }

    /** Seconds for all of them, each at the best of a few tries. */
    public double seconds() {
        double seconds = 0;
        for (Prepared product : prepared) {
            double best = Double.MAX_VALUE;
            for (int attempt = 0; attempt < TRIES; attempt++) {
                long start = System.nanoTime();
                product.runner().run().close();
                best = Math.min(best, (System.nanoTime() - start) / 1e9);
            }
            seconds += best / TOGETHER * product.times();
        }
        return seconds;
    }

    @Override
    public void close() {
        session.close();
        graph.close();
        operands.forEach(Tensor::close);
    }

    private <T extends TFloating> void prepare(Product product, Class<T> type, double times) {
        Ops tf = Ops.create(graph);
        Blocks blocks = new Blocks(tf);
        Session.Runner runner = session.runner();
        Tensor x = operand(type, product.rows(), product.in());
        for (int i = 0; i < TOGETHER; i++) {
            Placeholder<T> left = tf.placeholder(type);
            Placeholder<T> right = tf.placeholder(type);
            Operand<T> result = blocks.project(left, right);
            runner.feed(left, x).feed(right, operand(type, product.out(), product.in()));
            runner.addTarget(result.op());
        }
        prepared.add(new Prepared(runner, times));
    }

    /** Contents do not matter to the time, as long as they are ordinary numbers. */
    private <T extends TFloating> Tensor operand(Class<T> type, long rows, long columns) {
        Tensor tensor = Tensor.of(type, Shape.of(rows, columns));
        FloatFormat format = FloatFormat.of(type);
        int row = Math.toIntExact(columns * format.bytes());
        for (long i = 0; i < rows; i++) {
            var memory = TensorMemory.window(tensor, i * row, row);
            for (int j = 0; j < columns; j++) {
                format.write(memory, j, (j % 7 - 3) / 8f);
            }
        }
        operands.add(tensor);
        return tensor;
    }

    /** How often each product is done in a mean layer. */
    private static Map<Product, Double> products(ModelConfig config, Precision precision, int tokens) {
        long hidden = config.hiddenSize();
        Map<Product, Double> times = new LinkedHashMap<>();
        double share = 1.0 / config.layers().size();
        config.layers().stream()
                .map(Layer::mixer)
                .filter(Attention.class::isInstance)
                .map(Attention.class::cast)
                .forEach(attention -> attention(times, share, tokens, hidden, attention, precision));
        for (FeedForward shape : config.feedForwards()) {
            if (shape instanceof FeedForward.Sparse sparse) {
                long rows = Math.max(1, (long) tokens * sparse.topK() / sparse.experts());
                mlp(times, share * sparse.experts(), rows, hidden, sparse.expert(), precision);
                sparse.shared().ifPresent(shared -> mlp(times, share, tokens, hidden, shared.mlp(), precision));
                sparse.beside().ifPresent(beside -> mlp(times, share, tokens, hidden, beside, precision));
            } else if (shape instanceof FeedForward.Dense dense) {
                mlp(times, share, tokens, hidden, dense.mlp(), precision);
            }
        }
        return times;
    }

    private static void attention(
            Map<Product, Double> times,
            double often,
            int tokens,
            long hidden,
            Attention attention,
            Precision precision) {
        long queries = (long) attention.heads() * attention.headDim();
        long keys = (long) attention.keyValueHeads() * attention.headDim();
        long values = (long) attention.keyValueHeads() * attention.valueDim();
        long outputs = (long) attention.heads() * attention.valueDim();
        times.merge(new Product(tokens, hidden, queries, precision.attention()), often, Double::sum);
        times.merge(new Product(tokens, hidden, keys, precision.attention()), often, Double::sum);
        if (!attention.keysAreValues()) {
            times.merge(new Product(tokens, hidden, values, precision.attention()), often, Double::sum);
        }
        times.merge(new Product(tokens, outputs, hidden, precision.attention()), often, Double::sum);
    }

    private static void mlp(
            Map<Product, Double> times, double often, long rows, long hidden, Mlp mlp, Precision precision) {
        long inner = (mlp.activation().isGated() ? 2L : 1L) * mlp.size();
        times.merge(new Product(rows, hidden, inner, precision.experts()), often, Double::sum);
        times.merge(new Product(rows, mlp.size(), hidden, precision.experts()), often, Double::sum);
    }
}
