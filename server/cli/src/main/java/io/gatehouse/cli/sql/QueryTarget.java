package io.gatehouse.cli.sql;

import io.gatehouse.cli.terminal.SecretFile;
import io.gatehouse.client.Session;
import io.gatehouse.client.http.ServerSession;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.ServerFile;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.RemoteEngine;
import io.gatehouse.store.Store;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What statements are sent to: a file, the server that has it open, an exported directory on Spark, or a server. */
public final class QueryTarget {
    @Option(names = "--db", paramLabel = "FILE", description = "Database file to query, or the directory of an export.")
    private Optional<String> database = Optional.empty();

    @Mixin
    private EngineOption engine = new EngineOption();

    @Option(names = "--url", paramLabel = "URL", description = "Server to query, such as http://127.0.0.1:8080.")
    private Optional<URI> url = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token of the server; must be readable only by its owner (mode 0600).")
    private Optional<Path> tokenFile = Optional.empty();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    /** Opens what the options name, hands its session to the work, and closes it. */
    public <T> T ask(Function<Session, T> work) {
        requireOne();
        return url.isPresent()
                ? askServer(url.get(), tokenFile.map(SecretFile::token), work)
                : askFile((session, asked) -> work.apply(session), Optional.of(work));
    }

    /** The same for work that needs the engine in this process. */
    <T> T askHere(BiFunction<Session, QueryEngine, T> work) {
        requireOne();
        if (url.isPresent()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "The shell needs --db. With --url, use -c, -f or standard input.");
        }
        return askFile(work, Optional.empty());
    }

    private void requireOne() {
        if (database.isPresent() == url.isPresent()) {
            throw new ParameterException(spec.commandLine(), "Give either --db FILE or --url URL.");
        }
        if (url.isPresent() && engine.isGiven()) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "--engine needs --db FILE.");
        }
        if (database.isPresent() && tokenFile.isPresent()) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "--token-file needs --url URL.");
        }
    }

    /** @param elsewhere what may be sent to a server that has the file open */
    private <T> T askFile(BiFunction<Session, QueryEngine, T> work, Optional<Function<Session, T>> elsewhere) {
        String name = database.orElseThrow();
        if (engine.isGiven()) {
            try (RemoteEngine remote = engine.connect(name);
                    Session session = new EngineSession(remote.engine(), () -> {})) {
                return work.apply(session, remote.engine());
            }
        }
        Path file = Path.of(name);
        try (Store store = Store.open(file);
                QueryEngine asked = new QueryEngine(store);
                Session session = new EngineSession(asked, () -> {})) {
            return work.apply(session, asked);
        } catch (GatehouseException e) {
            if (e.code() != ErrorCode.DATABASE_IN_USE || elsewhere.isEmpty()) {
                throw e;
            }
            ServerFile server = ServerFile.find(file).orElseThrow(() -> e);
            spec.commandLine()
                    .getErr()
                    .printf("%s is open in the server at %s; sending statements there%n", file, server.uri());
            return askServer(server.uri(), Optional.of(server.key()), elsewhere.get());
        }
    }

    private static <T> T askServer(URI address, Optional<String> token, Function<Session, T> work) {
        String scheme = Optional.ofNullable(address.getScheme()).orElse("");
        if (!ServerSession.isServer(address) || (!scheme.equals("http") && !scheme.equals("https"))) {
            // Not the address itself, which may have a password in it.
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--url needs the address of a server, such as http://127.0.0.1:8080.");
        }
        try (Session server = ServerSession.connect(address, token)) {
            return work.apply(server);
        }
    }
}
