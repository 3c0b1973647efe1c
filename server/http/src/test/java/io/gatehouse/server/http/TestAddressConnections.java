package io.gatehouse.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

final class TestAddressConnections {
    @Test
    void oneMachineHasItsShare() throws UnknownHostException {
        AddressConnections connections = new AddressConnections(2);
        InetAddress greedy = InetAddress.getByName("192.0.2.1");
        InetAddress other = InetAddress.getByName("192.0.2.2");
        assertThat(connections.enter(greedy)).isTrue();
        assertThat(connections.enter(greedy)).isTrue();
        assertThat(connections.enter(greedy)).isFalse();
        assertThat(connections.enter(other)).isTrue();
        // The one that was refused is closed, too.
        connections.leave(greedy);
        assertThat(connections.enter(greedy)).isFalse();
        connections.leave(greedy);
        connections.leave(greedy);
        assertThat(connections.enter(greedy)).isTrue();
    }

    /** Which of the addresses of its network a machine uses is its own choice. */
    @Test
    void aNetworkOfIpv6IsOneMachine() throws UnknownHostException {
        AddressConnections connections = new AddressConnections(1);
        assertThat(connections.enter(InetAddress.getByName("2001:db8:0:1::1"))).isTrue();
        assertThat(connections.enter(InetAddress.getByName("2001:db8:0:1:f::2")))
                .isFalse();
        assertThat(connections.enter(InetAddress.getByName("2001:db8:0:2::1"))).isTrue();
    }

    @Test
    void thisMachineIsNotCounted() throws UnknownHostException {
        AddressConnections connections = new AddressConnections(1);
        for (String loopback : new String[] {"127.0.0.1", "127.0.0.1", "127.0.0.2", "::1", "::1"}) {
            assertThat(connections.enter(InetAddress.getByName(loopback)))
                    .as(loopback)
                    .isTrue();
        }
    }
}
