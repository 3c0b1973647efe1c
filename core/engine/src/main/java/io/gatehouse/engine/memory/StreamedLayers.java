package io.gatehouse.engine.memory;

import static java.util.Objects.requireNonNull;

import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.HeldWeight;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tensorflow.Tensor;

/**
 * Two layers in memory: while one is computed with, the next is read, round and round, so that a model larger than
 * memory runs. The first is read from the beginning. Layers of one shape are read into the same two sets of tensors in
 * turn.
 */
public final class StreamedLayers implements LayerTensors {
    /** The two sets of tensors for layers of one shape. */
    private static final class Pair {
        private final List<List<Tensor>> sets;
        private int next;

        Pair(List<HeldWeight> weights) {
            this.sets = List.of(allocate(weights), allocate(weights));
        }

        List<Tensor> turn() {
            next = 1 - next;
            return sets.get(next);
        }

        private static List<Tensor> allocate(List<HeldWeight> weights) {
            return weights.stream().map(WeightReader::allocate).toList();
        }
    }

    /** A layer that is being read, or has been. */
    private record Loading(int layer, Future<List<Tensor>> tensors) {}

    private final WeightReader reader;
    private final List<List<HeldWeight>> shapes;
    private final Map<List<HeldWeight>, Pair> pairs = new HashMap<>();
    private final ExecutorService readAhead;
    private volatile boolean closed;
    private Loading ahead;

    /**
     * @param shapes for each layer the weights it has
     */
    public StreamedLayers(WeightReader reader, List<List<HeldWeight>> shapes) {
        this.reader = reader;
        this.shapes = shapes;
        shapes.forEach(shape -> pairs.computeIfAbsent(shape, Pair::new));
        this.readAhead = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "gatehouse-weights");
            thread.setDaemon(true);
            return thread;
        });
        // Read while there is nothing to compute with it yet.
        this.ahead = load(0);
    }

    @Override
    public List<Tensor> layer(int layer) {
        Loading wanted = ahead.layer() == layer ? ahead : load(layer);
        List<Tensor> tensors = Awaiting.result(wanted.tensors());
        ahead = load((layer + 1) % shapes.size());
        return tensors;
    }

    @Override
    public void close() {
        closed = true;
        readAhead.shutdown();
        try {
            Awaiting.result(ahead.tensors());
        } catch (RuntimeException unwanted) {
            // What a layer that nobody wants any more failed with does not matter.
        }
        pairs.values().forEach(pair -> pair.sets.forEach(set -> set.forEach(Tensor::close)));
    }

    private Loading load(int layer) {
        List<HeldWeight> shape = shapes.get(layer);
        List<Tensor> tensors = requireNonNull(pairs.get(shape), "no such layer").turn();
        return new Loading(layer, readAhead.submit(() -> {
            for (int i = 0; i < shape.size() && !closed; i++) {
                reader.read(DecoderGraph.layerPrefix(layer), shape.get(i), tensors.get(i));
            }
            return tensors;
        }));
    }
}
