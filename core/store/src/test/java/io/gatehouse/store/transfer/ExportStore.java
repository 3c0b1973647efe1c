package io.gatehouse.store.transfer;

import io.gatehouse.store.Store;
import java.nio.file.Path;

/** A process that exports a file, tells of the first shard, and waits there to be killed. */
final class ExportStore {
    private ExportStore() {}

    public static void main(String[] arguments) {
        Store.export(Path.of(arguments[0]), Path.of(arguments[1]), new ExportListener() {
            @Override
            public void progress(int shards, int of) {
                System.out.println(shards + " of " + of);
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public boolean cancelled() {
                return false;
            }
        });
    }
}
