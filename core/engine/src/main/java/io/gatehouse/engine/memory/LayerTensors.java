package io.gatehouse.engine.memory;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.base.Uninterruptibles;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.Weights;
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
    /**
     * The tensors of a layer, in the order of {@link Weights#variables}. They are valid until the layer after the next
     * is requested; nothing may compute with an earlier layer when this is called.
     */
    List<Tensor> layer(int layer);

    @Override
    void close();

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

        @Override
        public List<Tensor> layer(int layer) {
            return layers.get(layer);
        }

        @Override
        public void close() {
            layers.forEach(layer -> layer.forEach(Tensor::close));
        }
    }

    /**
     * Two layers in memory: while one is computed with, the next is read, round and round, so that a model larger than
     * memory runs. The first is read from the beginning. Layers of one shape are read into the same two sets of tensors
     * in turn.
     */
    final class Streamed implements LayerTensors {
        private final WeightReader reader;
        private final List<List<Weights.Variable>> shapes;
        private final Map<List<Weights.Variable>, Pair> pairs = new HashMap<>();
        private final ExecutorService readAhead =
                Executors.newSingleThreadExecutor(DaemonThreads.named("gatehouse-weights"));
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

        /** A layer that is being read, or has been. */
        private record Loading(int layer, Future<List<Tensor>> tensors) {}

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

        @Override
        public List<Tensor> layer(int layer) {
            Loading wanted = ahead.layer() == layer ? ahead : load(layer);
            List<Tensor> tensors = Uninterruptibles.get(wanted.tensors());
            ahead = load((layer + 1) % shapes.size());
            return tensors;
        }

        @Override
        public void close() {
            closed = true;
            readAhead.shutdown();
            try {
                Uninterruptibles.get(ahead.tensors());
            } catch (RuntimeException unwanted) {
                // A failure to read a layer that is no longer needed does not matter.
            }
            pairs.values().forEach(pair -> pair.sets.forEach(set -> set.forEach(Tensor::close)));
        }

        private Loading load(int layer) {
            List<Weights.Variable> shape = shapes.get(layer);
            List<Tensor> tensors =
                    requireNonNull(pairs.get(shape), "no such layer").turn();
            return new Loading(layer, readAhead.submit(() -> {
                for (int i = 0; i < shape.size() && !closed; i++) {
                    reader.read(DecoderGraph.layerPrefix(layer), shape.get(i), tensors.get(i));
                }
                return tensors;
            }));
        }
    }
}
