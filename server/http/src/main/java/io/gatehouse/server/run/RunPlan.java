package io.gatehouse.server.run;

import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;

/** A run that can be begun. */
public interface RunPlan extends AutoCloseable {
    /** Name of the run, unique in its file. */
    String name();

    /** Loads the model and runs to the end. */
    RunOutcome execute(RunListener listener);

    /** Releases memory while other runs come first. Called before {@link #execute}, if at all. */
    default void rest() {}

    @Override
    void close();
}
