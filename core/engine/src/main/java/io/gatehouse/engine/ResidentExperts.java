package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;

import io.gatehouse.engine.graph.feedforward.ExpertChanges.Preference;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Set;

/**
 * Cache-aware routing with a fixed set of experts in fast memory (after Skliar et al. 2024, arXiv 2412.00099, with a set in
 * place of a cache). A token keeps its first experts; its other places go to resident experts among those with the largest
 * selection scores, by score, and where these do not suffice to its own remaining experts. The chosen experts are weighed as
 * if the router had chosen them. It is the rule that the table function {@code cache_route} applies to recorded gates.
 *
 * @param places experts in fast memory
 * @param preference how far they are preferred
 */
public record ResidentExperts(Set<ExpertPlace> places, Preference preference) {
    /** @throws GatehouseException INVALID_ARGUMENT if no expert is resident, or a number is too small */
    public ResidentExperts {
        places = Set.copyOf(places);
        requireNonNull(preference, "preference is null");
        if (places.isEmpty()) {
            throw refused("No expert is resident, so none can be preferred");
        }
        if (preference.keep() < 0) {
            throw refused("A token cannot keep %d of its experts".formatted(preference.keep()));
        }
        if (preference.candidates() < 1) {
            throw refused("Resident experts cannot be taken among the %d most probable of a token"
                    .formatted(preference.candidates()));
        }
    }

    private static GatehouseException refused(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
