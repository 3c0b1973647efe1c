package io.gatehouse.store.transfer;

/** Observes an export, on its thread. */
public interface ExportListener {
    /** Called after each shard; the shards take most of the time. */
    void progress(int shards, int of);

    /** Called equally often. If it returns true, the export stops and leaves nothing behind. */
    boolean cancelled();

    /** Returns a listener that ignores progress and never cancels. */
    static ExportListener none() {
        return new ExportListener() {
            @Override
            public void progress(int shards, int of) {}

            @Override
            public boolean cancelled() {
                return false;
            }
        };
    }
}
