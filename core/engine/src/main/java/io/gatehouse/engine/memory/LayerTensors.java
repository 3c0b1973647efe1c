package io.gatehouse.engine.memory;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.base.Uninterruptibles;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.op.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tensorflow.Tensor;

/** Gives the weights of one layer after another. */
public sealed interface LayerTensors extends AutoCloseable {
    /** Where the weights of layers are between the passes. */
    enum Mode {
        /** In memory, in the types that are computed with. */
        RESIDENT,
        /** In memory as the files have them; a layer is decoded for every pass. */
        PACKED,
        /** In the files; a layer is read for every pass. */
        STREAMED
    }

    /**
     * The tensors of a layer, in the order of {@link Weights#variables}. They are valid until the layer after the next
     * is requested; nothing may compute with an earlier layer when this is called.
     */
    List<Tensor> layer(int layer);

    /** Bytes of the weights that it has in memory. */
    long bytes();

    @Override
    void close();

    /** For each layer of a model the weights it has. */
    static List<List<Weights.Variable>> shapes(DecoderGraph graph) {
        return graph.config().layers().stream()
                .map(layer -> graph.layerWeights(layer).variables())
                .toList();
    }

    /** What a set of weights takes. */
    static long bytesOf(List<Weights.Variable> weights) {
        return weights.stream().mapToLong(Weights.Variable::bytes).sum();
    }

    private static long held(List<Tensor> tensors) {
        return tensors.stream().mapToLong(Tensor::numBytes).sum();
    }

    /** All layers in memory. */
    final class Resident implements LayerTensors {
        private final List<List<Tensor>> layers = new ArrayList<>();

        /**
         * @param shapes for each layer the weights it has
         */
        public Resident(WeightReader reader, List<List<Weights.Variable>> shapes) {
            try {
                for (int layer = 0; layer < shapes.size(); layer++) {
                    List<Tensor> tensors = new ArrayList<>();
                    layers.add(tensors);
                    for (Weights.Variable weight : shapes.get(layer)) {
                        Tensor tensor = WeightReader.allocate(weight);
                        tensors.add(tensor);
                        reader.read(DecoderGraph.layerPrefix(layer), weight, tensor);
                    }
                }
            } catch (RuntimeException failure) {
                close();
                throw failure;
            }
        }

        /** What all layers take. */
        public static long bytesOf(List<List<Weights.Variable>> shapes) {
            return shapes.stream().mapToLong(LayerTensors::bytesOf).sum();
        }

        @Override
        public List<Tensor> layer(int layer) {
            return layers.get(layer);
        }

        @Override
        public long bytes() {
            return layers.stream().mapToLong(LayerTensors::held).sum();
        }

        @Override
        public void close() {
            layers.forEach(layer -> layer.forEach(Tensor::close));
        }
    }

    /**
     * Two layers in memory: while one is computed with, the next is read and decoded, round and round, so that a model
     * larger than memory runs. The first is read from the beginning. Layers of one shape are read into the same two sets
     * of tensors in turn, the weights of a layer by as many threads as there are processors.
     */
    final class Streamed implements LayerTensors {
        private final WeightReader reader;
        private final List<List<Weights.Variable>> shapes;
        private final Map<List<Weights.Variable>, Pair> pairs = new HashMap<>();
        private final ExecutorService readAhead = Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(), DaemonThreads.named("gatehouse-weights"));
        private volatile boolean closed;
        private Loading ahead;

        /** The two sets of tensors for layers of one shape. */
        private static final class Pair {
            private final List<List<Tensor>> sets;
            private int next;

            Pair(List<Weights.Variable> weights) {
                this.sets = List.of(allocate(weights), allocate(weights));
            }

            List<Tensor> turn() {
                next = 1 - next;
                return sets.get(next);
            }

            private static List<Tensor> allocate(List<Weights.Variable> weights) {
                return weights.stream().map(WeightReader::allocate).toList();
            }
        }

        /**
         * A layer that is being read, or has been.
         *
         * @param weights one for each of its tensors, done when it is read
         */
        private record Loading(int layer, List<Tensor> tensors, List<Future<?>> weights) {
            /** Waits until nothing writes to the tensors any more; throws the failure of the first weight that has one. */
            List<Tensor> await() {
                List<RuntimeException> failures = new ArrayList<>();
                for (Future<?> weight : weights) {
                    try {
                        Uninterruptibles.get(weight);
                    } catch (RuntimeException failure) {
                        failures.add(failure);
                    }
                }
                if (!failures.isEmpty()) {
                    throw failures.get(0);
                }
                return tensors;
            }

            /** Waits only: a failure to read a layer that is no longer needed does not matter. */
            void settle() {
                try {
                    await();
                } catch (RuntimeException unwanted) {
                    // Not needed.
                }
            }
        }

        /**
         * @param shapes for each layer the weights it has
         */
        public Streamed(WeightReader reader, List<List<Weights.Variable>> shapes) {
            this.reader = reader;
            this.shapes = shapes;
            shapes.forEach(shape -> pairs.computeIfAbsent(shape, Pair::new));
            // Read while there is nothing to compute with it yet.
            this.ahead = load(0);
        }

        /** What two of each set of weights that layers have take. */
        public static long bytesOf(List<List<Weights.Variable>> shapes) {
            return shapes.stream()
                    .distinct()
                    .mapToLong(shape -> 2 * LayerTensors.bytesOf(shape))
                    .sum();
        }

        @Override
        public List<Tensor> layer(int layer) {
            if (ahead.layer() != layer) {
                // Its tensors may be those that are read into next.
                ahead.settle();
                ahead = load(layer);
            }
            List<Tensor> tensors = ahead.await();
            ahead = load((layer + 1) % shapes.size());
            return tensors;
        }

        @Override
        public long bytes() {
            return pairs.values().stream()
                    .flatMap(pair -> pair.sets.stream())
                    .mapToLong(LayerTensors::held)
                    .sum();
        }

        @Override
        public void close() {
            closed = true;
            readAhead.shutdown();
            ahead.settle();
            pairs.values().forEach(pair -> pair.sets.forEach(set -> set.forEach(Tensor::close)));
        }

        private Loading load(int layer) {
            List<Weights.Variable> shape = shapes.get(layer);
            List<Tensor> tensors =
                    requireNonNull(pairs.get(shape), "no such layer").turn();
            List<Future<?>> weights = new ArrayList<>();
            for (int i = 0; i < shape.size(); i++) {
                Weights.Variable weight = shape.get(i);
                Tensor tensor = tensors.get(i);
                weights.add(readAhead.submit(() -> {
                    if (!closed) {
                        reader.read(DecoderGraph.layerPrefix(layer), weight, tensor);
                    }
                }));
            }
            return new Loading(layer, tensors, weights);
        }
    }

    /** All layers in memory as the files have them, and two decoded, which are those of {@link Streamed}. */
    final class Packed implements LayerTensors {
        private final HeldBytes stored;
        private final Streamed decoded;

        /**
         * Reads the layers, and decodes each once, so that a value that is not a number is found now.
         *
         * @param shapes for each layer the weights it has
         */
        public Packed(Checkpoint checkpoint, List<List<Weights.Variable>> shapes) {
            this.stored = HeldBytes.read(checkpoint, stored(checkpoint, shapes));
            this.decoded = new Streamed(new WeightReader(checkpoint, stored), shapes);
            try {
                for (int layer = 0; layer < shapes.size(); layer++) {
                    decoded.layer(layer);
                }
            } catch (RuntimeException failure) {
                close();
                throw failure;
            }
        }

        /** What the stored layers and the two that are decoded take. */
        public static long bytesOf(Checkpoint checkpoint, List<List<Weights.Variable>> shapes) {
            return HeldBytes.bytesOf(stored(checkpoint, shapes)) + Streamed.bytesOf(shapes);
        }

        /** Everything in the files that the weights of the layers follow from. */
        private static List<TensorInfo> stored(Checkpoint checkpoint, List<List<Weights.Variable>> shapes) {
            List<TensorInfo> stored = new ArrayList<>();
            for (int layer = 0; layer < shapes.size(); layer++) {
                String prefix = DecoderGraph.layerPrefix(layer);
                shapes.get(layer).stream()
                        .flatMap(weight -> weight.spec().tensors().stream())
                        .forEach(tensor -> stored.addAll(
                                checkpoint.tensor(prefix + tensor).packing().tensors()));
            }
            return stored;
        }

        @Override
        public List<Tensor> layer(int layer) {
            return decoded.layer(layer);
        }

        @Override
        public long bytes() {
            return stored.bytes() + decoded.bytes();
        }

        @Override
        public void close() {
            decoded.close();
            stored.close();
        }
    }
}
