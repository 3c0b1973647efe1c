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
public final class ModelCatalog implements AutoCloseable {
    private final RunSources sources;
    private final Map<String, ModelQueue> models = new TreeMap<>();

    /** @param settings empty where models answer no requests */
    public ModelCatalog(RunSources sources, Optional<ModelSettings> settings) {
        this.sources = settings.isPresent() ? requireNonNull(sources, "sources is null") : RunSources.none();
        settings.ifPresent(how -> {
            ModelProcesses processes = new ModelProcesses(how.processes());
            this.sources.models().forEach((name, path) -> models.put(name, new ModelQueue(path, how, processes)));
        });
    }

    Set<String> names() {
        return models.keySet();
    }

    /**
     * Returns the name of the model that a request is for.
     *
     * @param asked empty for the only one
     * @throws GatehouseException FILE_NOT_FOUND, with the names that there are; INVALID_ARGUMENT
     */
    String name(Optional<String> asked) {
        if (asked.isEmpty() && models.size() > 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The request has no \"model\"; there are %s.".formatted(String.join(", ", models.keySet())));
        }
        String name = asked.or(() -> models.keySet().stream().findFirst()).orElse("");
        sources.model(name);
        return name;
    }

    /** The requests to the model of a name that {@link #name} returned. */
    ModelQueue requests(String name) {
        return requireNonNull(models.get(name), "no such model");
    }

    @Override
    public void close() {
        models.values().forEach(ModelQueue::close);
    }
}
