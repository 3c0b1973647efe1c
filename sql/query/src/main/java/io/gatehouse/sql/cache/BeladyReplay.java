package io.gatehouse.sql.cache;

import io.gatehouse.memory.FileMemory;

/**
 * Keeps what is used again soonest, which no cache can know: the fewest misses that are possible (Belady 1966). The
 * decisions are held until the last one is known.
 */
public final class BeladyReplay implements CacheReplay {
    private final int keys;
    private final FutureUses uses;

    /**
     * @param keys how many experts there are, from 0
     * @param memory what the decisions may take
     * @param checkStopped throws if the replay must end
     */
    public BeladyReplay(int keys, FileMemory memory, Runnable checkStopped) {
        this.keys = keys;
        this.uses = new FutureUses(keys, memory, checkStopped);
    }

    @Override
    public void decide(int[] chosen, int count) {
        uses.hold(0, chosen, count);
    }

    @Override
    public HitCurve end() {
        PriorityReplay replay = new PriorityReplay(keys, new Priority.NextUse(keys, uses::next));
        uses.visit((tag, chosen, count) -> replay.decide(chosen, count));
        return replay.end();
    }
}
