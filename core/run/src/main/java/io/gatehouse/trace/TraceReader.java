package io.gatehouse.trace;

import java.nio.file.Path;

/** Reads the files of one kind of source. */
interface TraceReader {
    void read(Path file, TraceShape shape, TraceListener listener);
}
