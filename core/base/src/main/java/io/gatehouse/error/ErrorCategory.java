package io.gatehouse.error;

/** Whose fault an error is; decides the exit code of the command line. */
public enum ErrorCategory {
    /** The request cannot be served as it was made. */
    USER(1),
    /** A file is damaged or is not what it claims to be. */
    CORRUPT(3),
    /** The machine has too little of something: disk, memory, time, a free port. */
    RESOURCES(4),
    /** A defect of Gatehouse. */
    INTERNAL(70),
    /** The user asked to stop. */
    CANCELLED(130);

    private final int exitCode;

    ErrorCategory(int exitCode) {
        this.exitCode = exitCode;
    }

    /** Process exit code. 2, a command line that cannot be parsed, never gets this far. */
    public int exitCode() {
        return exitCode;
    }
}
