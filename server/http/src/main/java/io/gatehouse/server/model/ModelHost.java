package io.gatehouse.server.model;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.run.RunSources;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The models that clients may ask, by their names; none where models only compute runs. */
public final class ModelHost implements AutoCloseable {
    private final RunSources sources;
    private final Map<String, HostedModel> models = new TreeMap<>();

    /** @param settings empty where models answer no requests */
    public ModelHost(RunSources sources, Optional<ModelSettings> settings) {
        this.sources = settings.isPresent() ? requireNonNull(sources, "sources is null") : RunSources.none();
        settings.ifPresent(how ->
                this.sources.models().forEach((name, path) -> models.put(name, new HostedModel(path, how))));
    }

    Set<String> names() {
        return models.keySet();
    }

    /**
     * Returns the name of the model that a request is for.
     *
     * @param name empty for the only one
     * @throws GatehouseException FILE_NOT_FOUND, with the names that there are; INVALID_ARGUMENT
     */
    String name(Optional<String> name) {
        if (name.isEmpty() && models.size() > 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The request has no \"model\"; there are %s.".formatted(String.join(", ", models.keySet())));
        }
        String chosen = name.or(() -> models.keySet().stream().findFirst()).orElse("");
        sources.model(chosen);
        return chosen;
    }

    /** The model of a name that {@link #name} returned. */
    HostedModel model(String name) {
        return requireNonNull(models.get(name), "no such model");
    }

    @Override
    public void close() {
        models.values().forEach(HostedModel::close);
    }
}
