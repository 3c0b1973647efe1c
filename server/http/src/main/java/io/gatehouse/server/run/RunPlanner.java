package io.gatehouse.server.run;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunRequest;

/** Makes runs of requests. */
@FunctionalInterface
public interface RunPlanner {
    /** Of a server that only answers queries. */
    RunPlanner NONE = request -> {
        throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "This server starts no runs.");
    };

    /**
     * Reads what the request names, short of the weights.
     *
     * @throws GatehouseException for whatever is wrong with it
     */
    RunPlan plan(RunRequest request);
}
