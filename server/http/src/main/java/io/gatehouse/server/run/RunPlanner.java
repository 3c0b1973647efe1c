package io.gatehouse.server.run;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Map;
import java.util.Set;

/** Makes runs from options. */
public interface RunPlanner {
    /** Of a server that only answers queries. */
    RunPlanner NONE = new RunPlanner() {
        @Override
        public Set<String> options() {
            return Set.of();
        }

        @Override
        public RunPlan plan(Map<String, String> options) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "This server starts no runs.");
        }
    };

    /** The names of the options that there are: those of {@code gatehouse run} that say what is run, without dashes. */
    Set<String> options();

    /**
     * Reads what the options name, short of the weights.
     *
     * @param options a switch has the value {@code true}
     * @throws GatehouseException for whatever is wrong with them
     */
    RunPlan plan(Map<String, String> options);
}
