package io.gatehouse.sql.cache;

import static java.util.Objects.requireNonNull;

import io.gatehouse.memory.FileMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps what is used again soonest, which no cache can know: the fewest misses that are possible (Belady 1966). The
 * decisions are held, six bytes for each expert and six for each decision, until the last one is known.
 */
public final class BeladyReplay implements CacheReplay {
    private static final int BITS = 20;
    private static final int BLOCK = 1 << BITS;
    private static final long BYTES = BLOCK * (long) (Character.BYTES + Integer.BYTES);
    private static final int STOP_MASK = 0xFFF;

    private final int keys;
    private final FileMemory memory;
    private final Runnable checkStopped;

    /** Of each decision the number of its experts, and these. */
    private final List<char[]> experts = new ArrayList<>();

    /** For each of those experts the next decision that uses it. */
    private final List<int[]> next = new ArrayList<>();

    /** The index of the last use of an expert; -1 if there was none. */
    private final int[] lastUse;

    private int end;
    private int decisions;
    private int read;

    /**
     * @param keys how many experts there are, from 0
     * @param memory what the decisions may take
     * @param checkStopped throws if the replay must end
     */
    public BeladyReplay(int keys, FileMemory memory, Runnable checkStopped) {
        this.keys = keys;
        this.memory = requireNonNull(memory, "memory is null");
        this.checkStopped = requireNonNull(checkStopped, "checkStopped is null");
        this.lastUse = new int[keys];
        Arrays.fill(lastUse, -1);
    }

    @Override
    public void decide(int[] chosen, int count) {
        append(count);
        for (int i = 0; i < count; i++) {
            int before = lastUse[chosen[i]];
            if (before >= 0) {
                next.get(before >> BITS)[before & BLOCK - 1] = decisions;
            }
            lastUse[chosen[i]] = end;
            append(chosen[i]);
        }
        decisions++;
    }

    private void append(int number) {
        if (end >> BITS == experts.size()) {
            memory.take(BYTES);
            experts.add(new char[BLOCK]);
            next.add(new int[BLOCK]);
        }
        experts.get(end >> BITS)[end & BLOCK - 1] = (char) number;
        next.get(end >> BITS)[end & BLOCK - 1] = Integer.MAX_VALUE;
        end = Math.incrementExact(end);
    }

    @Override
    public HitCurve end() {
        PriorityReplay replay =
                new PriorityReplay(keys, new Priority.NextUse(keys, () -> next.get(read >> BITS)[read++ & BLOCK - 1]));
        int[] chosen = new int[keys];
        for (int decision = 0; decision < decisions; decision++) {
            int count = expertAt(read++);
            for (int i = 0; i < count; i++) {
                chosen[i] = expertAt(read + i);
            }
            replay.decide(chosen, count);
            if ((decision & STOP_MASK) == 0) {
                checkStopped.run();
            }
        }
        return replay.end();
    }

    private int expertAt(int index) {
        return experts.get(index >> BITS)[index & BLOCK - 1];
    }
}
