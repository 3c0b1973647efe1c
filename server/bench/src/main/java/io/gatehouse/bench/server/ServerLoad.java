package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Many clients of one server at a time, while it writes run after run. */
public final class ServerLoad {
    private final URI server;
    private final String name;
    private final Map<String, Object> options;
    private final int clients;
    private final long seed;

    /**
     * @param name of the runs, each with a number, and of the clients
     * @param options of each run, as {@code POST /v1/runs} takes them, without a name
     * @param clients how many
     * @param seed of what they do
     */
    public ServerLoad(URI server, String name, Map<String, Object> options, int clients, long seed) {
        this.server = requireNonNull(server, "server is null");
        this.name = requireNonNull(name, "name is null");
        this.options = Map.copyOf(options);
        this.clients = clients;
        this.seed = seed;
    }

    /** Lets them at it for so long, and then waits for the run that is being written. */
    public Load run(Duration time) {
        LoadDiary diary = new LoadDiary();
        RunFeed feed = new RunFeed(server, name, options, diary, time);
        List<Thread> threads = new ArrayList<>();
        threads.add(started(feed, name + "-runs"));
        try {
            while (feed.newest() == 0 && threads.get(0).isAlive()) {
                Thread.sleep(1);
            }
            for (int i = 0; i < clients; i++) {
                String client = name + "-client-" + i;
                threads.add(started(new LoadClient(server, client, feed::newest, diary, seed + i, time), client));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            return diary.load();
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The load was interrupted.", e);
        }
    }

    private static Thread started(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
