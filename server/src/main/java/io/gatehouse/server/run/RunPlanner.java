package io.gatehouse.server.run;

import java.util.Map;

/** Makes runs from options. */
@FunctionalInterface
public interface RunPlanner {
    /**
     * Reads what the options name, short of the weights.
     *
     * @param options those of {@code gatehouse run}, without dashes; a switch has the value {@code true}
     * @throws io.gatehouse.error.GatehouseException for whatever is wrong with them
     */
    RunPlan plan(Map<String, String> options);
}
