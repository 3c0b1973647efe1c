package io.gatehouse.engine.prefill;

import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.MixerCache;
import io.gatehouse.engine.graph.LayerGraph;
import io.gatehouse.engine.graph.mixer.LayerInputs;
import io.gatehouse.engine.graph.op.Lanes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * What a step is fed of the pasts of its texts. Rows stand in the order of the lanes and of the slots in them. The graph
 * has a power of two of lanes, of which some may be idle: they compute something that nothing reads.
 */
final class Step implements AutoCloseable {
    private static final int IDLE_WIDTH = MicroBatch.width(1);

    /**
     * @param texts in its first slots
     * @param positions [texts] of the token of each text
     */
    private record Lane(CacheLane cache, int width, List<Integer> texts, int[] positions) {
        Lane {
            texts = List.copyOf(texts);
        }
    }

    private final Caches caches;
    private final List<Lane> lanes;
    private final int graphLanes;
    private final List<Integer> texts;
    private final List<TInt32> rows = new ArrayList<>();
    private final TInt32 places;
    private final Map<Mask, List<TFloat32>> hidden = new HashMap<>();
    private final Map<MixerCache.PerToken, CacheTensor> idle = new HashMap<>();

    /** @param positions of the token that each text is fed; other texts of the caches are not part of the step */
    Step(Caches caches, Map<Integer, Integer> positions) {
        this.caches = caches;
        this.lanes = caches.lanes().entrySet().stream()
                .map(entry -> lane(entry.getKey(), entry.getValue(), positions))
                .filter(lane -> !lane.texts().isEmpty())
                .toList();
        this.graphLanes = lanes.size() < 2 ? lanes.size() : Integer.highestOneBit(lanes.size() - 1) * 2;
        this.texts = lanes.stream().flatMap(lane -> lane.texts().stream()).toList();
        int from = 0;
        for (Lane lane : lanes) {
            rows.add(TInt32.vectorOf(
                    IntStream.range(from, from + lane.texts().size()).toArray()));
            from += lane.texts().size();
        }
        for (int i = lanes.size(); i < graphLanes; i++) {
            rows.add(TInt32.vectorOf(0));
        }
        int[] identity = new int[MicroBatch.wholeBlocks(from)];
        for (int row = 0; row < from; row++) {
            identity[row] = row;
        }
        this.places = TInt32.vectorOf(identity);
    }

    private static Lane lane(int width, CacheLane cache, Map<Integer, Integer> positions) {
        List<Integer> texts =
                cache.texts().stream().filter(positions::containsKey).toList();
        return new Lane(
                cache,
                width,
                texts,
                texts.stream().mapToInt(text -> positions.getOrDefault(text, 0)).toArray());
    }

    /** The texts in the order of the rows. */
    List<Integer> texts() {
        return texts;
    }

    /** How many lanes the graph of a layer has. */
    int lanes(int layer) {
        MixerCache kept = caches.kept(layer);
        if (kept.isState()) {
            return kept.stateNumbers() == 0 ? 0 : 1;
        }
        return graphLanes;
    }

    /**
     * Feeds the pasts to a layer.
     *
     * @return what the caller closes after the run
     */
    List<Tensor> feed(int layer, LayerGraph part, LayerInputs inputs, Session.Runner runner) {
        if (caches.kept(layer).isState()) {
            List<Tensor> states = part.past().isEmpty() ? List.of() : caches.states(layer, texts);
            for (int i = 0; i < states.size(); i++) {
                runner.feed(part.past().get(i), states.get(i));
            }
            return states;
        }
        Lanes fed = inputs.lanes().orElseThrow();
        List<TFloat32> masks = hidden.computeIfAbsent(caches.mask(layer), this::masks);
        runner.feed(fed.places(), places);
        List<MixerCache.PerToken> parts = caches.kept(layer).tokens();
        for (int i = 0; i < graphLanes; i++) {
            runner.feed(fed.lanes().get(i).rows(), rows.get(i));
            runner.feed(fed.lanes().get(i).hidden(), masks.get(i));
            for (int j = 0; j < parts.size(); j++) {
                Placeholder<? extends TFloating> past = part.past().get(i * parts.size() + j);
                runner.feed(past, cache(layer, i, j, parts.get(j)));
            }
        }
        return List.of();
    }

    private Tensor cache(int layer, int lane, int part, MixerCache.PerToken kept) {
        if (lane < lanes.size()) {
            return lanes.get(lane).cache().layer(layer).get(part).tensor();
        }
        return idle.computeIfAbsent(
                        kept,
                        absent -> new CacheTensor(
                                new CacheTensor.Layout(caches.type(absent), absent.heads(), IDLE_WIDTH, absent.size()),
                                1))
                .tensor();
    }

    /** [B, W] of each lane: 1 for the cells that a token does not see. */
    private List<TFloat32> masks(Mask mask) {
        List<TFloat32> masks = new ArrayList<>();
        for (Lane lane : lanes) {
            int width = Caches.width(lane.width(), mask);
            float[][] cells = new float[lane.texts().size()][width];
            for (int b = 0; b < cells.length; b++) {
                for (int cell = 0; cell < width; cell++) {
                    cells[b][cell] = sees(mask, lane.positions()[b], cell, width) ? 0 : 1;
                }
            }
            masks.add(TFloat32.tensorOf(StdArrays.ndCopyOf(cells)));
        }
        for (int i = lanes.size(); i < graphLanes; i++) {
            float[][] nothing = new float[1][IDLE_WIDTH];
            Arrays.fill(nothing[0], 1);
            masks.add(TFloat32.tensorOf(StdArrays.ndCopyOf(nothing)));
        }
        return masks;
    }

    /**
     * Whether the token at a position sees what stands in a cell: the latest token before it whose position is the cell's
     * number modulo the width.
     */
    static boolean sees(Mask mask, int position, int cell, int width) {
        if (cell >= position) {
            return false;
        }
        int token = cell + (position - 1 - cell) / width * width;
        if (mask instanceof Mask.Window window) {
            return position - token < window.size();
        }
        return !(mask instanceof Mask.Chunk chunk) || token / chunk.size() == position / chunk.size();
    }

    @Override
    public void close() {
        rows.forEach(Tensor::close);
        places.close();
        hidden.values().forEach(masks -> masks.forEach(Tensor::close));
        idle.values().forEach(CacheTensor::close);
    }
}
