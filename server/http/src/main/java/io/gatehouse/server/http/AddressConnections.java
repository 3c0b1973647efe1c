package io.gatehouse.server.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connections that are open, by the address of the client, so that one machine cannot take all of them. Those of this
 * machine are not counted: they may come from a proxy for many clients.
 */
public final class AddressConnections {
    /** One machine has all addresses of such a network of IPv6. */
    private static final int NETWORK_BYTES = 8;

    private final int most;
    private final Map<ByteBuffer, Integer> open = new ConcurrentHashMap<>();

    /** @param most connections of one address */
    public AddressConnections(int most) {
        this.most = most;
    }

    /** Counts a connection that was opened, and returns whether its address may have it. */
    boolean enter(InetAddress client) {
        return client.isLoopbackAddress() || open.merge(machine(client), 1, Integer::sum) <= most;
    }

    /** Counts no longer a connection that was closed, whether it was allowed or not. */
    void leave(InetAddress client) {
        if (!client.isLoopbackAddress()) {
            open.computeIfPresent(machine(client), (same, count) -> count == 1 ? null : count - 1);
        }
    }

    private static ByteBuffer machine(InetAddress client) {
        byte[] address = client.getAddress();
        return ByteBuffer.wrap(client instanceof Inet6Address ? Arrays.copyOf(address, NETWORK_BYTES) : address);
    }
}
