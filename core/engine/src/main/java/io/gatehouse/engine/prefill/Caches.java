package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.MixerCache;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.memory.FloatFormat;
import io.gatehouse.engine.memory.TensorMemory;
import io.gatehouse.engine.prefill.MicroBatch.PromptPart;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * What all layers keep of the texts that are being generated: keys and values of tokens, latent vectors, or the states of
 * recurrences. Texts stand in lanes by the room they have; a text that grows out of one is copied to the next. The room
 * depends on a text's own length alone.
 */
final class Caches implements AutoCloseable {
    private static final int BYTES_OF_SCORE = Float.BYTES + Short.BYTES;

    private final List<Layer> layers;
    private final List<MixerCache> kept;
    private final Class<? extends TFloating> type;
    private final TreeMap<Integer, CacheLane> lanes = new TreeMap<>();
    private final Map<Integer, Integer> widths = new HashMap<>();
    private final Map<Integer, Map<Integer, List<Tensor>>> states = new HashMap<>();

    /** @param type that mixers are computed in */
    Caches(ModelConfig config, Class<? extends TFloating> type) {
        this.layers = config.layers();
        this.kept = kept(config);
        this.type = type;
    }

    /**
     * What each layer keeps.
     *
     * @throws GatehouseException UNSUPPORTED_MODEL if generation is not implemented for one
     */
    static List<MixerCache> kept(ModelConfig config) {
        return config.layers().stream()
                .map(layer -> (layer.shortcut().isPresent()
                                ? Optional.<MixerCache>empty()
                                : layer.mixer().cache(config.hiddenSize()))
                        .orElseThrow(() -> new GatehouseException(
                                ErrorCode.UNSUPPORTED_MODEL,
                                "Text cannot be generated with %s: its layers with %s have no cache yet"
                                        .formatted(config.architecture(), withoutCache(layer)))))
                .toList();
    }

    private static String withoutCache(Layer layer) {
        if (layer.shortcut().isPresent()) {
            return "two mixers";
        }
        if (layer.mixer() instanceof Attention attention && attention.indexer().isPresent()) {
            return "an indexer over blocks of tokens";
        }
        return layer.mixer() instanceof LatentAttention attention
                        && attention.indexer().isPresent()
                ? "an indexer over pools of tokens or in a window"
                : layer.mixer().getClass().getSimpleName();
    }

    /** Tokens that a text of this length has room for. */
    static int width(int tokens) {
        return MicroBatch.width(tokens);
    }

    /** The same in a layer, where tokens that are out of sight make room for others. */
    static int width(int width, Mask mask) {
        if (mask instanceof Mask.Window window) {
            return Math.min(width, MicroBatch.wholeBlocks(window.size()));
        }
        return mask instanceof Mask.Chunk chunk ? Math.min(width, MicroBatch.wholeBlocks(chunk.size())) : width;
    }

    /**
     * The most memory that a text takes until it has this many tokens: what is kept, twice, as a lane may have as many
     * free slots as used ones, and in a step the scores and states of one layer.
     */
    static long bytes(ModelConfig config, Class<? extends TFloating> type, int tokens) {
        List<MixerCache> kept = kept(config);
        long all = 0;
        long inStep = 0;
        for (int i = 0; i < kept.size(); i++) {
            int width = width(width(tokens), config.layers().get(i).mixer().mask());
            for (MixerCache.PerToken part : kept.get(i).tokens()) {
                all += 2L
                        * width
                        * part.width()
                        * FloatFormat.of(type(part, type)).bytes();
            }
            long state = kept.get(i).stateNumbers() * Float.BYTES;
            all += state;
            long scores = scoreRows(kept.get(i), config.layers().get(i).mixer()) * width * BYTES_OF_SCORE;
            inStep = Math.max(inStep, Math.max(2 * state, scores));
        }
        return all + inStep;
    }

    /** The queries that share a key are filled up to whole blocks. */
    private static long scoreRows(MixerCache kept, Mixer mixer) {
        if (kept.isState()) {
            return 0;
        }
        int keyHeads = kept.tokens().get(0).heads();
        return (long) keyHeads * MicroBatch.wholeBlocks(mixer.scoreHeads() / keyHeads);
    }

    private static Class<? extends TFloating> type(MixerCache.PerToken part, Class<? extends TFloating> type) {
        return part.exact() ? TFloat32.class : type;
    }

    /** Makes room for a text that enters with so many tokens; their caches are to be stored. */
    void enter(int text, int tokens) {
        int width = width(tokens);
        lane(width).add(text);
        widths.put(text, width);
    }

    /** Makes room for a text that has so many tokens now. */
    void grow(int text, int tokens) {
        int before = requireNonNull(widths.get(text), "no such text");
        int width = width(tokens);
        if (width != before) {
            lane(width).take(text, lane(before));
            removeFrom(before, text);
            widths.put(text, width);
        }
    }

    /** Forgets a text. */
    void leave(int text) {
        removeFrom(requireNonNull(widths.remove(text), "no such text"), text);
        Optional.ofNullable(states.remove(text))
                .ifPresent(all -> all.values().forEach(parts -> parts.forEach(Tensor::close)));
    }

    private void removeFrom(int width, int text) {
        CacheLane lane = lane(width);
        lane.remove(text);
        if (lane.texts().isEmpty()) {
            lane.close();
            lanes.remove(width);
        }
    }

    private CacheLane lane(int width) {
        return lanes.computeIfAbsent(width, absent -> new CacheLane(layouts(absent)));
    }

    private List<List<CacheTensor.Layout>> layouts(int width) {
        List<List<CacheTensor.Layout>> layouts = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            int own = width(width, layers.get(i).mixer().mask());
            layouts.add(kept.get(i).tokens().stream()
                    .map(part -> new CacheTensor.Layout(type(part, type), part.heads(), own, part.size()))
                    .toList());
        }
        return layouts;
    }

    /** The lanes in which texts stand, the narrowest first, by their width. */
    SortedMap<Integer, CacheLane> lanes() {
        return new TreeMap<>(lanes);
    }

    MixerCache kept(int layer) {
        return kept.get(layer);
    }

    Class<? extends TFloating> type(MixerCache.PerToken part) {
        return type(part, type);
    }

    Mask mask(int layer) {
        return layers.get(layer).mixer().mask();
    }

    /** Stores what a layer keeps of the tokens of a micro-batch, and of those of the prefix that they follow. */
    void store(int layer, InFlight batch, Optional<InFlight> prefix) {
        if (kept.get(layer).isState()) {
            storeStates(layer, batch);
            return;
        }
        int row = 0;
        for (PromptPart part : batch.batch().parts()) {
            int text = part.prompts().get(0);
            CacheLane lane = lane(requireNonNull(widths.get(text), "no such text"));
            int slot = lane.slot(text);
            List<CacheTensor> tensors = lane.layer(layer);
            for (int i = 0; i < tensors.size(); i++) {
                if (prefix.isPresent()) {
                    tensors.get(i)
                            .write(
                                    slot,
                                    0,
                                    prefix.get().cached(i),
                                    0,
                                    prefix.get().batch().tokens());
                }
                tensors.get(i).write(slot, part.first(), batch.cached(i), row, part.length());
            }
            row += part.length();
        }
    }

    private void storeStates(int layer, InFlight batch) {
        List<PromptPart> parts = batch.batch().parts();
        for (int b = 0; b < parts.size(); b++) {
            List<Tensor> own = new ArrayList<>();
            for (int i = 0; i < batch.cachedParts(); i++) {
                Tensor all = batch.cached(i);
                int bytes = Math.toIntExact(all.numBytes() / all.shape().get(0));
                Tensor one = Tensor.of(TFloat32.class, sizes(all.shape(), 1));
                TensorMemory.window(one, 0, bytes).put(TensorMemory.window(all, (long) b * bytes, bytes));
                own.add(one);
            }
            List<Tensor> before = states.computeIfAbsent(parts.get(b).prompts().get(0), absent -> new HashMap<>())
                    .put(layer, own);
            if (before != null) {
                before.forEach(Tensor::close);
            }
        }
    }

    /**
     * The states of some texts in a layer, one for each part [texts, ...], whole blocks of them, of which the last are zeros;
     * the caller closes them.
     */
    List<Tensor> states(int layer, List<Integer> texts) {
        List<List<Tensor>> own = texts.stream()
                .map(text -> requireNonNull(
                        requireNonNull(states.get(text), "no such text").get(layer), "no state of the layer"))
                .toList();
        List<Tensor> together = new ArrayList<>();
        for (int part = 0; part < own.get(0).size(); part++) {
            Tensor first = own.get(0).get(part);
            int bytes = Math.toIntExact(first.numBytes());
            int rows = MicroBatch.wholeBlocks(texts.size());
            Tensor all = Tensor.of(TFloat32.class, sizes(first.shape(), rows));
            for (int b = 0; b < texts.size(); b++) {
                TensorMemory.window(all, (long) b * bytes, bytes)
                        .put(TensorMemory.window(own.get(b).get(part), 0, bytes));
            }
            for (int b = texts.size(); b < rows; b++) {
                CacheTensor.clear(TensorMemory.window(all, (long) b * bytes, bytes));
            }
            together.add(all);
        }
        return together;
    }

    /** The shape with another first size. */
    private static Shape sizes(Shape shape, long first) {
        long[] sizes = shape.asArray();
        sizes[0] = first;
        return Shape.of(sizes);
    }

    @Override
    public void close() {
        lanes.values().forEach(CacheLane::close);
        states.values().forEach(layer -> layer.values().forEach(parts -> parts.forEach(Tensor::close)));
    }
}
