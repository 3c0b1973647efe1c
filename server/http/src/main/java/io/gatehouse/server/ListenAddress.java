package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;

/**
 * Where the server listens.
 *
 * @param host name or address of an interface of this machine
 * @param port 0 for a free one
 */
public record ListenAddress(String host, int port) {
    private static final int BACKLOG = 128;

    public ListenAddress {
        requireNonNull(host, "host is null");
        if (port < 0 || port > 65_535) {
            throw invalid("A port is a number from 0 to 65535, not %d.".formatted(port));
        }
        resolve(host);
    }

    /** Whether only this machine reaches it. */
    boolean isLoopback() {
        return resolve(host).isLoopbackAddress();
    }

    /** Where a client on this machine reaches it; the address for all interfaces cannot be connected to. */
    public String localAuthority(int actualPort) {
        return resolve(host).isAnyLocalAddress() ? "127.0.0.1:" + actualPort : authority(actualPort);
    }

    /**
     * Opens the port.
     *
     * @throws GatehouseException ADDRESS_IN_USE if the port cannot be opened, usually because another program has it
     */
    public ServerSocketChannel open() {
        try {
            ServerSocketChannel channel = ServerSocketChannel.open();
            try {
                return channel.bind(new InetSocketAddress(resolve(host), port), BACKLOG);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.ADDRESS_IN_USE, "Cannot listen at %s: %s.".formatted(authority(port), e.getMessage()), e);
        }
    }

    /** Host and port as URLs have them. */
    public String authority(int actualPort) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + actualPort;
    }

    private static InetAddress resolve(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "Host \"%s\" is not known here.".formatted(host), e);
        }
    }

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
