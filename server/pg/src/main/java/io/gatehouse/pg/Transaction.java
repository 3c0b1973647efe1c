package io.gatehouse.pg;

/** Whether a client has begun a transaction. It changes nothing that is read; after an error only its end is answered. */
final class Transaction {
    /** What ReadyForQuery says of it. */
    private char status = 'I';

    /** I outside of a transaction, T inside, E inside one that has failed. */
    char status() {
        return status;
    }

    boolean isOpen() {
        return status != 'I';
    }

    boolean hasFailed() {
        return status == 'E';
    }

    void begin() {
        status = 'T';
    }

    void end() {
        status = 'I';
    }

    /** An error ends what a transaction may do; outside of one it does nothing. */
    void fail() {
        if (isOpen()) {
            status = 'E';
        }
    }

    void requireNotFailed() {
        if (hasFailed()) {
            throw new PgError(
                    "25P02", "The transaction has failed, and statements are ignored until it ends; send ROLLBACK.");
        }
    }
}
