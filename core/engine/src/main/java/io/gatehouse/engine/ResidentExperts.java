package io.gatehouse.engine;

import io.gatehouse.engine.graph.feedforward.ExpertChanges.Preference;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Set;

/**
 * Cache-aware routing with a fixed set of experts in fast memory (after Skliar et al. 2024, arXiv 2412.00099, with a set in
 * place of a cache). A token keeps its first experts; its other places go to resident experts among those with the largest
 * selection scores, by score, and where these do not suffice to its own remaining experts. The chosen experts are weighed as
 * if the router had chosen them. The table function {@code cache_route} applies this rule to recorded gates, by probability.
 *
 * @param places experts in fast memory
 * @param keep number of first experts of a token that stay as they are
 * @param candidates number of experts of a token, those with the largest selection scores, among which residents are taken;
 *     experts with the same score as the last of them count, too
 */
public record ResidentExperts(Set<ExpertPlace> places, int keep, int candidates) {
    /** @throws GatehouseException INVALID_ARGUMENT if no expert is resident, or a number is too small */
    public ResidentExperts {
        places = Set.copyOf(places);
        if (places.isEmpty()) {
            throw refused("No expert is resident, so none can be preferred");
        }
        if (keep < 0) {
            throw refused("A token cannot keep %d of its experts".formatted(keep));
        }
        if (candidates < 1) {
            throw refused("Resident experts cannot be taken among %d candidates of a token".formatted(candidates));
        }
    }

    Preference preference() {
        return new Preference(keep, candidates);
    }

    private static GatehouseException refused(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
