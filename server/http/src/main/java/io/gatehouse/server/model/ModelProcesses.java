package io.gatehouse.server.model;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which models have a process: as many at a time as there is memory for. A model that needs one, where all are taken, gets
 * the place of the model that has been idle for longest.
 */
final class ModelProcesses {
    private final int most;
    /** The one that was asked least recently is first. */
    private final Set<ModelQueue> holders = new LinkedHashSet<>();

    ModelProcesses(int most) {
        this.most = most;
    }

    /**
     * Makes room for the process of a model, or keeps it.
     *
     * @param model whose turn is taken
     * @throws GatehouseException QUERY_BUSY if so many others are computing
     */
    synchronized void take(ModelQueue model) {
        boolean held = holders.remove(model);
        if (!held && holders.size() >= most && !makeRoom()) {
            throw new GatehouseException(
                    ErrorCode.QUERY_BUSY,
                    "The processes of models, of which there may be %d at a time, are computing for other models."
                            .formatted(most));
        }
        holders.add(model);
    }

    private boolean makeRoom() {
        return List.copyOf(holders).stream().anyMatch(ModelQueue::endIfIdle);
    }

    /** The process of a model has ended. */
    synchronized void release(ModelQueue model) {
        holders.remove(model);
    }
}
