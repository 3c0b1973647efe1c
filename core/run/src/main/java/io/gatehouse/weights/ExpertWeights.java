package io.gatehouse.weights;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.quantised.StoredTensor;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.weights.GramMatrix;
import io.gatehouse.store.weights.LayerWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compares the experts of each layer of a checkpoint by their weights. A shared expert is none that could be chosen, and
 * layers without experts have none.
 */
public final class ExpertWeights {
    private final Checkpoint checkpoint;

    private ExpertWeights(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** Reads all of them, in as many passes over the experts of a layer as they have matrices. */
    public static List<LayerWeights> of(Checkpoint checkpoint, WeightListener listener) {
        requireNonNull(listener, "listener is null");
        return new ExpertWeights(requireNonNull(checkpoint, "checkpoint is null")).layers(listener);
    }

    /**
     * Reads them into a file, where they belong to all runs of the checkpoint, and returns the names of those.
     *
     * @param imported name of an imported run that is said to be of the checkpoint
     * @throws GatehouseException RUN_NOT_FOUND if the file holds no run of the checkpoint or none of the name;
     *     INVALID_ARGUMENT if the imported run cannot be of the checkpoint; CORRUPT_CHECKPOINT
     */
    public static List<String> record(
            Checkpoint checkpoint, Store store, Optional<String> imported, WeightListener listener) {
        imported.ifPresent(run -> store.modelWeights()
                .assign(
                        run,
                        checkpoint.fingerprint(),
                        checkpoint.config().layers().size(),
                        experts(checkpoint)));
        List<String> runs = store.modelWeights().runs(checkpoint.fingerprint());
        if (runs.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.RUN_NOT_FOUND,
                    "%s holds no run of %s: weights are kept beside the routing of the same checkpoint."
                            .formatted(store.file(), checkpoint.directory()));
        }
        store.modelWeights().record(checkpoint.fingerprint(), of(checkpoint, listener));
        return runs;
    }

    /** All mixtures of a checkpoint have as many. */
    private static int experts(Checkpoint checkpoint) {
        return mixtures(checkpoint).map(FeedForward.Sparse::experts).findFirst().orElse(0);
    }

    private static Stream<FeedForward.Sparse> mixtures(Checkpoint checkpoint) {
        return checkpoint.config().feedForwards().stream()
                .filter(FeedForward.Sparse.class::isInstance)
                .map(FeedForward.Sparse.class::cast);
    }

    private List<LayerWeights> layers(WeightListener listener) {
        List<FeedForward> feedForwards = checkpoint.config().feedForwards();
        int mixtures = (int) mixtures(checkpoint).count();
        List<LayerWeights> layers = new ArrayList<>();
        for (int layer = 0; layer < feedForwards.size(); layer++) {
            if (feedForwards.get(layer) instanceof FeedForward.Sparse mixture) {
                layers.add(layer(layer, mixture));
                listener.progress(layers.size(), mixtures);
            }
        }
        return layers;
    }

    private LayerWeights layer(int layer, FeedForward.Sparse mixture) {
        int experts = mixture.experts();
        if (!mixture.expert().activation().isGated() || mixture.networks() < experts) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "The experts of layer %d of %s cannot be compared: each needs a gate, an up and a down projection"
                            .formatted(layer, checkpoint.directory()));
        }
        String block = "model.layers.%d.mlp".formatted(layer);
        StoredTensor router = checkpoint.tensor(block + ".gate.weight");
        return new LayerWeights(
                layer,
                products(IntStream.range(0, experts)
                        .mapToObj(expert -> TensorSlice.row(router, expert))
                        .toList()),
                matrices(block, experts, "gate_proj"),
                matrices(block, experts, "up_proj"),
                matrices(block, experts, "down_proj"));
    }

    private GramMatrix matrices(String block, int experts, String matrix) {
        return products(IntStream.range(0, experts)
                .mapToObj(expert -> "%s.experts.%d.%s.weight".formatted(block, expert, matrix))
                .map(name -> TensorSlice.whole(checkpoint.tensor(name)))
                .toList());
    }

    private GramMatrix products(List<TensorSlice> vectors) {
        return new InnerProducts(checkpoint, vectors).compute();
    }
}
