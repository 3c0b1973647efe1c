package io.gatehouse.sql.cache;

import static java.util.Objects.requireNonNull;

/** Requests the experts of a decision one after another, in the order of ranks, so that they displace each other. */
public final class SingleRequests implements CacheReplay {
    private final CacheReplay replay;
    private final int[] request = new int[1];

    public SingleRequests(CacheReplay replay) {
        this.replay = requireNonNull(replay, "replay is null");
    }

    @Override
    public void decide(int[] experts, int count) {
        for (int rank = 0; rank < count; rank++) {
            request[0] = experts[rank];
            replay.decide(request, 1);
        }
    }

    @Override
    public HitCurve end() {
        return replay.end();
    }
}
