package io.gatehouse.trace.reader;

import java.nio.file.Path;

/** Reads the files of one kind of source. */
public interface TraceReader {
    void read(Path file, TraceShape shape, TraceListener listener);
}
