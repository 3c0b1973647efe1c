package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.wire.ClientSocket;
import io.gatehouse.pg.wire.Message;
import io.gatehouse.pg.wire.ProtocolViolation;
import io.gatehouse.pg.wire.Responses;
import io.gatehouse.pg.wire.Scram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a connection, up to the proof of who the client is. First messages have no type but a code: SSLRequest
 * and GSSENCRequest, answered by one byte; CancelRequest, which ends the connection; and at last StartupMessage.
 */
final class Greeting {
    private static final int PROTOCOL_3 = 3;
    private static final int CANCEL_REQUEST = 80_877_102;
    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_REQUEST = 80_877_104;
    /** SSLRequest, GSSENCRequest and StartupMessage, and one to spare. */
    private static final int MAX_MESSAGES = 4;

    /** Names with this prefix are options of the protocol, none of which is known here. */
    private static final String PROTOCOL_OPTION = "_pq_.";

    private final PgServer server;
    private final ClientSocket socket;
    private final Responses out;

    Greeting(PgServer server, ClientSocket socket, Responses out) {
        this.server = requireNonNull(server, "server is null");
        this.socket = requireNonNull(socket, "socket is null");
        this.out = requireNonNull(out, "out is null");
    }

    /**
     * Reads up to StartupMessage and lets the client prove who it is. Returns what it said about itself: "user", and
     * perhaps "database" and settings; nothing if the connection ends here. What is not PostgreSQL's protocol, such as
     * HTTP, ends without an answer.
     */
    Optional<Map<String, String>> read() throws IOException {
        boolean encrypted = false;
        for (int messages = 0; messages < MAX_MESSAGES; messages++) {
            Message first;
            try {
                first = socket.first();
            } catch (ProtocolViolation e) {
                return Optional.empty();
            }
            int code = first.int32();
            if (code == SSL_REQUEST && !encrypted && server.settings().tls().isPresent()) {
                out.encryption(true);
                socket.encrypt(server.settings().tls().orElseThrow());
                encrypted = true;
            } else if (code == SSL_REQUEST || code == GSS_REQUEST) {
                out.encryption(false);
            } else if (code == CANCEL_REQUEST) {
                server.cancel(first.int32(), first.int32());
                return Optional.empty();
            } else if (code >>> 16 == PROTOCOL_3) {
                return Optional.of(start(first, code & 0xffff, encrypted));
            } else {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** StartupMessage: names and values, ended by an empty name. */
    private Map<String, String> start(Message message, int minor, boolean encrypted) throws IOException {
        Map<String, String> options = new HashMap<>();
        for (String name = message.string(); !name.isEmpty(); name = message.string()) {
            options.put(name, message.string());
        }
        if (server.isFull()) {
            throw new PgError("53300", "The server has as many connections as it takes; try again later.");
        }
        if (server.settings().tls().isPresent() && !encrypted) {
            throw new PgError("28000", "This server wants TLS: connect with sslmode=require.");
        }
        List<String> unknown = options.keySet().stream()
                .filter(name -> name.startsWith(PROTOCOL_OPTION))
                .toList();
        if (minor > 0 || !unknown.isEmpty()) {
            out.protocolVersion(0, unknown);
            unknown.forEach(options::remove);
        }
        if (options.getOrDefault("user", "").isEmpty()) {
            throw new PgError("28000", "The client has not named a user.");
        }
        if (server.scram().isPresent()) {
            authenticate(server.scram().orElseThrow());
        }
        out.authenticated();
        return options;
    }

    /** SASLInitialResponse: mechanism and first message of SCRAM. SASLResponse: its second message. */
    private void authenticate(Scram scram) throws IOException {
        out.offerScram();
        Message first = password();
        String mechanism = first.string();
        byte @Nullable [] initial = first.value();
        if (!mechanism.equals(Scram.MECHANISM) || initial == null) {
            throw new ProtocolViolation("the server offers %s only".formatted(Scram.MECHANISM));
        }
        Scram.Exchange exchange = scram.first(new String(initial, StandardCharsets.UTF_8));
        out.scramContinue(exchange.serverFirst());
        Message last = password();
        String signature =
                scram.last(exchange, new String(last.bytes(last.body().remaining()), StandardCharsets.UTF_8));
        if (signature.isEmpty()) {
            throw new PgError("28P01", "The password is not the token of this server.");
        }
        out.scramFinal(signature);
    }

    private Message password() throws IOException {
        Message message = socket.soon();
        if (message.type() != 'p') {
            throw new ProtocolViolation("message '%s' instead of a password".formatted(message.type()));
        }
        return message;
    }
}
