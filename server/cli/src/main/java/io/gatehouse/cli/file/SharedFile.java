package io.gatehouse.cli.file;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Session;
import io.gatehouse.client.http.ServerSession;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.ServerFile;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** A database file that a server may have open. Commands that only ask go through the server then. */
public final class SharedFile {
    private final Path file;
    private final PrintWriter err;

    /** @param err where it is said that the server answers */
    public SharedFile(Path file, PrintWriter err) {
        this.file = requireNonNull(file, "file is null");
        this.err = requireNonNull(err, "err is null");
    }

    /** Asks the file, or the server that has it open. */
    public <T> T ask(Function<Session, T> question) {
        return ask((session, store) -> question.apply(session));
    }

    /** The same; there is a store unless a server answers. */
    public <T> T ask(BiFunction<Session, Optional<Store>, T> question) {
        try (Store store = Store.open(file);
                QueryEngine engine = new QueryEngine(store);
                Session session = new EngineSession(engine, () -> {})) {
            return question.apply(session, Optional.of(store));
        } catch (GatehouseException e) {
            ServerFile server = server(e).orElseThrow(() -> explained(e));
            err.printf("%s is open in the server at %s, which answers%n", file, server.uri());
            err.flush();
            try (Session session = ServerSession.connect(server.uri(), Optional.of(server.key()))) {
                return question.apply(session, Optional.empty());
            }
        }
    }

    /**
     * Does what needs the file itself.
     *
     * @param command as the user wrote it, for the message if a server has the file
     */
    public <T> T own(String command, Supplier<T> work) {
        try {
            return work.get();
        } catch (GatehouseException e) {
            throw server(e).map(server -> refused(command, server, e)).orElseGet(() -> explained(e));
        }
    }

    /** The server that has the file open, if an error says that somebody has. */
    public Optional<ServerFile> server(GatehouseException e) {
        return e.code() == ErrorCode.DATABASE_IN_USE ? ServerFile.find(file) : Optional.empty();
    }

    private GatehouseException refused(String command, ServerFile server, GatehouseException cause) {
        return new GatehouseException(
                ErrorCode.DATABASE_IN_USE,
                "%s is open in the server at %s, and 'gatehouse %s' needs the file itself. Stop the server (Ctrl-C in its terminal, or kill %d), run the command, and start the server again."
                        .formatted(file, server.uri(), command, server.pid()),
                cause);
    }

    /** The error; if another process than a server has the file open, with what else could have been done. */
    public static GatehouseException explained(GatehouseException e) {
        return e.code() != ErrorCode.DATABASE_IN_USE
                ? e
                : new GatehouseException(
                        e.code(),
                        "%s To look at a file while runs write it, start 'gatehouse serve' first: 'gatehouse run' then hands its runs to the server."
                                .formatted(e.getMessage()),
                        e);
    }
}
