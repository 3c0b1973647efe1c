package io.gatehouse.sql.cache;

import static java.util.Objects.requireNonNull;

import io.gatehouse.memory.FileMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Decisions that are held until the last one is known, six bytes for each expert and six for each decision, with the next
 * use of each expert, which no cache can know.
 */
public final class FutureUses {
    private static final int BITS = 20;
    private static final int BLOCK = 1 << BITS;
    private static final long BYTES = BLOCK * (long) (Character.BYTES + Integer.BYTES);
    private static final int STOP_MASK = 0xFFF;

    private final int keys;
    private final FileMemory memory;
    private final Runnable checkStopped;

    /** Of each decision the number of its experts, and these. */
    private final List<char[]> experts = new ArrayList<>();

    /** Of each decision its tag, and for each of its experts the next decision that uses it. */
    private final List<int[]> next = new ArrayList<>();

    /** The index of the last use of an expert; -1 if there was none. */
    private final int[] lastUse;

    private int end;
    private int decisions;
    private int read;

    /** Receives the decisions again. */
    public interface Visitor {
        /**
         * A decision.
         *
         * @param tag what it was held with
         * @param chosen the first {@code count} are its experts, for each of which {@link #next} is to be asked once
         */
        void decide(int tag, int[] chosen, int count);
    }

    /**
     * @param keys how many experts there are, from 0
     * @param memory what the decisions may take
     * @param checkStopped throws if the replay must end
     */
    public FutureUses(int keys, FileMemory memory, Runnable checkStopped) {
        this.keys = keys;
        this.memory = requireNonNull(memory, "memory is null");
        this.checkStopped = requireNonNull(checkStopped, "checkStopped is null");
        this.lastUse = new int[keys];
        Arrays.fill(lastUse, -1);
    }

    /**
     * Holds a decision.
     *
     * @param tag any number that belongs to it
     */
    public void hold(int tag, int[] chosen, int count) {
        append(count, tag);
        for (int i = 0; i < count; i++) {
            int before = lastUse[chosen[i]];
            if (before >= 0) {
                next.get(before >> BITS)[before & BLOCK - 1] = decisions;
            }
            lastUse[chosen[i]] = end;
            append(chosen[i], Integer.MAX_VALUE);
        }
        decisions++;
    }

    private void append(int number, int beside) {
        if (end >> BITS == experts.size()) {
            memory.take(BYTES);
            experts.add(new char[BLOCK]);
            next.add(new int[BLOCK]);
        }
        experts.get(end >> BITS)[end & BLOCK - 1] = (char) number;
        next.get(end >> BITS)[end & BLOCK - 1] = beside;
        end = Math.incrementExact(end);
    }

    /** Hands over the decisions, in their order. */
    public void visit(Visitor visitor) {
        int[] chosen = new int[keys];
        for (int decision = 0; decision < decisions; decision++) {
            int count = experts.get(read >> BITS)[read & BLOCK - 1];
            int tag = next();
            for (int i = 0; i < count; i++) {
                int index = read + i;
                chosen[i] = experts.get(index >> BITS)[index & BLOCK - 1];
            }
            visitor.decide(tag, chosen, count);
            if ((decision & STOP_MASK) == 0) {
                checkStopped.run();
            }
        }
    }

    /** The number of the decision that uses the next expert of the one that is visited again; the largest one if none does. */
    int next() {
        return next.get(read >> BITS)[read++ & BLOCK - 1];
    }
}
