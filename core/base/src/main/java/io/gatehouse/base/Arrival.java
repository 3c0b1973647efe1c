package io.gatehouse.base;

import java.io.IOException;

/** Watches how the messages of a stream arrive. What it throws ends the stream. */
public interface Arrival {
    /** Of a stream that may take its time. */
    Arrival ANY = new Arrival() {
        @Override
        public void message() {}

        @Override
        public void received(int bytes) {}
    };

    /** The next message is waited for: it begins with the next bytes. */
    void message();

    /** Some bytes of a message are there. */
    void received(int bytes) throws IOException;
}
