package io.gatehouse.pg.wire;

/** A client that does not speak the protocol: the connection ends, because what follows cannot be understood. */
public final class ProtocolViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ProtocolViolation(String message) {
        super(message);
    }
}
