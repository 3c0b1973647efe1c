package io.gatehouse.sql.cache;

/** Is told the decisions of a run, one after another. */
public interface DecisionListener {
    /**
     * The next decision.
     *
     * @param experts the first {@code count} are its experts, each once, the one of rank 1 first
     */
    void decide(int[] experts, int count);
}
