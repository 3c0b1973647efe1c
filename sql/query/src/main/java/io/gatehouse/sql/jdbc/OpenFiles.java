package io.gatehouse.sql.jdbc;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Files that are open, each once, for as long as somebody uses it. Safe for use by many threads. */
final class OpenFiles {
    /** One use of a file. */
    final class Use implements AutoCloseable {
        private final Opened opened;
        private boolean closed;

        private Use(Opened opened) {
            this.opened = opened;
        }

        QueryEngine engine() {
            return opened.engine;
        }

        /** Gives the use back; the last one closes the file. */
        @Override
        public void close() {
            synchronized (OpenFiles.this) {
                if (!closed) {
                    closed = true;
                    release(opened);
                }
            }
        }
    }

    private static final class Opened {
        private final Path file;
        private final Store store;
        private final QueryEngine engine;
        private int uses;

        private Opened(Path file, Store store, QueryEngine engine) {
            this.file = file;
            this.store = store;
            this.engine = engine;
        }
    }

    private final Map<Path, Opened> files = new HashMap<>();

    synchronized Use open(Path path) {
        Path file = real(path);
        Opened opened = files.get(file);
        if (opened == null) {
            opened = opened(file);
            files.put(file, opened);
        }
        opened.uses++;
        return new Use(opened);
    }

    private static Opened opened(Path file) {
        Store store = Store.open(file);
        try {
            return new Opened(file, store, new QueryEngine(store));
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private synchronized void release(Opened opened) {
        if (--opened.uses == 0) {
            files.remove(opened.file);
            opened.engine.close();
            opened.store.close();
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // The store says what is wrong with it.
            return path.toAbsolutePath();
        }
    }
}
