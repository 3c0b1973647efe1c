package io.gatehouse.store.run;

/** The state of a run. A run whose process died stays {@link #RUNNING}. */
public enum RunStatus {
    RUNNING("running"),
    COMPLETE("complete"),
    CANCELLED("cancelled"),
    FAILED("failed");

    private final String id;

    RunStatus(String id) {
        this.id = id;
    }

    /** Returns its name in the file and in SQL. */
    public String id() {
        return id;
    }

    public static RunStatus of(String id) {
        for (RunStatus status : values()) {
            if (status.id.equals(id)) {
                return status;
            }
        }
        throw new IllegalArgumentException("Not a run status: " + id);
    }
}
