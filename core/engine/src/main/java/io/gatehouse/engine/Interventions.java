package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.engine.graph.feedforward.ExpertChanges;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Changes to the routing of a model, to observe their effect.
 *
 * <p>A mask takes experts out of the choice. A token that would be sent to one of them is routed by the softmax over
 * the experts that are left; every other token is routed as without the mask, to the last bit. So whatever a mask
 * changes comes from experts that would have been used. A router that chooses by sigmoids or by scores with a bias gives
 * a masked expert no selection score and no weight; groups of experts are compared by the experts that are left.
 *
 * @param masked experts that no token is sent to
 * @param scales what the output of an expert is multiplied by; the weights and norms that leave the engine are those
 *     before
 * @param topK experts that each token is sent to, in every layer with experts; as many as in the model if absent
 * @param residents experts that tokens prefer, if they do
 */
public record Interventions(
        Set<ExpertPlace> masked,
        Map<ExpertPlace, Float> scales,
        OptionalInt topK,
        Optional<ResidentExperts> residents) {
    /** The model as it is. */
    public static final Interventions NONE = new Interventions(Set.of(), Map.of(), OptionalInt.empty());

    /** Changes without a preference for resident experts. */
    public Interventions(Set<ExpertPlace> masked, Map<ExpertPlace, Float> scales, OptionalInt topK) {
        this(masked, scales, topK, Optional.empty());
    }

    /** A preference for resident experts alone. */
    public static Interventions prefer(ResidentExperts residents) {
        return new Interventions(Set.of(), Map.of(), OptionalInt.empty(), Optional.of(residents));
    }

    public Interventions {
        masked = Set.copyOf(masked);
        scales = Map.copyOf(scales);
        requireNonNull(topK, "topK is null");
        requireNonNull(residents, "residents is null");
        scales.forEach((place, scale) -> {
            if (!Float.isFinite(scale)) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT, "Expert %s cannot be scaled by %s".formatted(place, scale));
            }
        });
    }

    /**
     * The canonical form, as it is recorded with a run: {@code mask 0:3,0:5; scale 1:2=0.5; top-k 4; resident 0:1,0:2; keep 1;
     * candidates 6}.
     */
    public String id() {
        List<String> parts = new ArrayList<>();
        if (!masked.isEmpty()) {
            parts.add("mask " + listed(masked));
        }
        if (!scales.isEmpty()) {
            parts.add("scale "
                    + new TreeMap<>(scales)
                            .entrySet().stream()
                                    .map(scale -> scale.getKey() + "=" + scale.getValue())
                                    .collect(Collectors.joining(",")));
        }
        topK.ifPresent(k -> parts.add("top-k " + k));
        residents.ifPresent(preferred -> {
            parts.add("resident " + listed(preferred.places()));
            parts.add("keep " + preferred.keep());
            parts.add("candidates " + preferred.candidates());
        });
        return String.join("; ", parts);
    }

    private static String listed(Set<ExpertPlace> places) {
        return places.stream().sorted().map(ExpertPlace::toString).collect(Collectors.joining(","));
    }

    /** For people: the number of changes of each kind. */
    public String summary() {
        List<String> parts = new ArrayList<>();
        if (!masked.isEmpty()) {
            parts.add("experts masked: %,d".formatted(masked.size()));
        }
        if (!scales.isEmpty()) {
            parts.add("experts scaled: %,d".formatted(scales.size()));
        }
        topK.ifPresent(k -> parts.add("top-k: " + k));
        residents.ifPresent(preferred -> parts.add("experts resident: %,d, keep: %d, candidates: %d"
                .formatted(preferred.places().size(), preferred.keep(), preferred.candidates())));
        return String.join(", ", parts);
    }

    /** Refuses interventions that do not fit a model, as loading it with them would. */
    public void requireFor(ModelConfig config) {
        applyTo(config);
    }

    /** What a graph is built for; empty if nothing is changed about single experts. */
    Optional<ExpertChanges.Kinds> expertChangeKinds() {
        return masked.isEmpty() && scales.isEmpty() && residents.isEmpty()
                ? Optional.empty()
                : Optional.of(new ExpertChanges.Kinds(residents.map(ResidentExperts::preference)));
    }

    /**
     * The model with another top-k.
     *
     * @throws GatehouseException INVALID_ARGUMENT if the model has no such layer or expert, or too few are left
     */
    public ModelConfig applyTo(ModelConfig config) {
        ModelConfig changed = topK.isPresent() ? config.withLayers(withTopK(config)) : config;
        Stream.of(masked, scales.keySet(), residentPlaces())
                .flatMap(Set::stream)
                .sorted()
                .forEach(place -> requireIn(place, changed));
        requireEnoughLeft(changed);
        if (residents.isPresent()) {
            requireChoice(changed);
        }
        return changed;
    }

    /** What each layer with experts is fed: nothing where no single expert is changed. */
    ExpertChanges expertChanges(ModelConfig config) {
        ExpertChanges changes = new ExpertChanges();
        for (int layer = 0;
                expertChangeKinds().isPresent() && layer < config.layers().size();
                layer++) {
            if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse sparse) {
                int experts = sparse.experts();
                changes.set(
                        layer,
                        new ExpertChanges.Vectors(
                                marks(masked, layer, experts),
                                factors(layer, experts),
                                marks(preferred(), layer, experts)));
            }
        }
        return changes;
    }

    /** A masked expert is not preferred. */
    private Set<ExpertPlace> preferred() {
        return residentPlaces().stream()
                .filter(place -> !masked.contains(place))
                .collect(Collectors.toSet());
    }

    private Set<ExpertPlace> residentPlaces() {
        return residents.map(ResidentExperts::places).orElse(Set.of());
    }

    /** [E] 1 for those of a layer that are among some, 0 for others. */
    private static float[] marks(Set<ExpertPlace> places, int layer, int experts) {
        float[] marks = new float[experts];
        places.stream().filter(place -> place.layer() == layer).forEach(place -> marks[place.expert()] = 1);
        return marks;
    }

    /** [E] what the outputs of a layer's experts are multiplied by. */
    private float[] factors(int layer, int experts) {
        float[] factors = new float[experts];
        for (int expert = 0; expert < experts; expert++) {
            factors[expert] = scales.getOrDefault(new ExpertPlace(layer, expert), 1f);
        }
        return factors;
    }

    private List<Layer> withTopK(ModelConfig config) {
        int k = topK.orElseThrow();
        List<Layer> layers = new ArrayList<>();
        for (Layer layer : config.layers()) {
            if (layer.feedForward() instanceof FeedForward.Sparse sparse) {
                if (k < 1 || k > sparse.experts()) {
                    throw new GatehouseException(
                            ErrorCode.INVALID_ARGUMENT,
                            "A token cannot be sent to %d experts: the model has %d in a layer"
                                    .formatted(k, sparse.experts()));
                }
                requireAvailable(k, sparse);
                layers.add(layer.with(sparse.withTopK(k)));
            } else {
                layers.add(layer);
            }
        }
        return layers;
    }

    /** A router can have more experts than a token can be sent to. */
    private static void requireAvailable(int k, FeedForward.Sparse sparse) {
        if (sparse.router() instanceof Router.SparseMixer && k != sparse.topK()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A token cannot be sent to %d experts: sparsemixer is defined for %d".formatted(k, sparse.topK()));
        }
        groups(sparse).ifPresent(groups -> {
            int available = sparse.experts() / groups.count() * groups.kept();
            if (k > available) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "A token cannot be sent to %d experts: the %d groups that are kept have %d"
                                .formatted(k, groups.kept(), available));
            }
        });
    }

    private static void requireChoice(ModelConfig config) {
        if (config.feedForwards().stream()
                .anyMatch(block ->
                        block instanceof FeedForward.Sparse sparse && sparse.router() instanceof Router.SparseMixer)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Resident experts cannot be preferred: the weights of sparsemixer are defined for its own two experts");
        }
    }

    private static Optional<Router.Groups> groups(FeedForward.Sparse sparse) {
        return sparse.router() instanceof Router.Scored scored
                ? scored.selection().groups()
                : Optional.empty();
    }

    private static void requireIn(ExpertPlace place, ModelConfig config) {
        if (place.layer() >= config.layers().size()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There is no expert %s: the model has %d layers, counted from 0"
                            .formatted(place, config.layers().size()));
        }
        if (!(config.layers().get(place.layer()).feedForward() instanceof FeedForward.Sparse sparse)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There is no expert %s: layer %d has no experts".formatted(place, place.layer()));
        }
        if (place.expert() >= sparse.experts()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There is no expert %s: the layer has %d experts, counted from 0"
                            .formatted(place, sparse.experts()));
        }
    }

    private void requireEnoughLeft(ModelConfig config) {
        for (int layer : new TreeSet<>(masked.stream().map(ExpertPlace::layer).toList())) {
            FeedForward.Sparse sparse =
                    (FeedForward.Sparse) config.layers().get(layer).feedForward();
            long left = left(layer, sparse);
            if (left < sparse.topK()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "The mask leaves %d of the %d experts of layer %d, but each token is sent to %d"
                                .formatted(left, sparse.experts(), layer, sparse.topK()));
            }
        }
    }

    /** The fewest experts of a layer that a token can still be sent to: with groups, those of the smallest kept ones. */
    private long left(int layer, FeedForward.Sparse sparse) {
        float[] mask = marks(masked, layer, sparse.experts());
        int groups = groups(sparse).map(Router.Groups::count).orElse(1);
        int kept = groups(sparse).map(Router.Groups::kept).orElse(1);
        long[] left = new long[groups];
        for (int expert = 0; expert < mask.length; expert++) {
            left[expert / (mask.length / groups)] += mask[expert] == 0 ? 1 : 0;
        }
        // A group of which nothing is left is not kept.
        return Arrays.stream(left).filter(each -> each > 0).sorted().limit(kept).sum();
    }
}
