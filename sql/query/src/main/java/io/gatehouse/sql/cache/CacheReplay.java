package io.gatehouse.sql.cache;

/**
 * The replay of a cache by one policy, at all sizes. The experts of a decision are needed together: each is a hit if it
 * was kept after the decision before; then all of them have slots, and the policy says which others keep theirs. Where a
 * cache has fewer slots than a decision has experts, the policy says which of these keep one. {@link SingleRequests} takes
 * each expert for a decision.
 */
public interface CacheReplay extends DecisionListener {
    /** Ends the replay, after the last decision. */
    HitCurve end();
}
