package io.gatehouse.store.weights;

/**
 * Norms and similarities of the weights of the experts of a layer, each matrix taken as one long vector.
 *
 * @param layer layer of the model, from 0
 * @param router those of the rows of the router, one for each expert
 * @param gateProjections those of the gate projections of the experts' SwiGLUs
 */
public record LayerWeights(
        int layer,
        GramMatrix router,
        GramMatrix gateProjections,
        GramMatrix upProjections,
        GramMatrix downProjections) {
    public LayerWeights {
        if (layer < 0
                || gateProjections.size() != router.size()
                || upProjections.size() != router.size()
                || downProjections.size() != router.size()) {
            throw new IllegalArgumentException("Layer %d has matrices of unlike numbers of experts".formatted(layer));
        }
    }

    /** Number of experts. */
    int experts() {
        return router.size();
    }
}
