package io.gatehouse.store;

import java.nio.file.Path;

/** A process that opens the store given to it, says so and keeps it until it is killed. */
public final class HoldStore {
    private HoldStore() {}

    public static void main(String[] arguments) throws InterruptedException {
        try (Store store = Store.open(Path.of(arguments[0]))) {
            System.out.println("open");
            Thread.sleep(60_000);
            System.out.println("gave up with " + store.runs().size() + " runs");
        }
    }
}
