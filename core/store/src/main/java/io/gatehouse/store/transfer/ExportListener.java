package io.gatehouse.store.transfer;

/** Watches an export, on its thread. */
public interface ExportListener {
    /** Called after each shard that is written; the shards are by far the most of it. */
    void progress(int shards, int of);

    /** Asked as often; an export whose listener says true ends and leaves nothing behind. */
    boolean cancelled();

    /** One that neither looks nor stops. */
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
