package io.gatehouse.cli.sql;

import io.gatehouse.cli.file.SharedFile;
import io.gatehouse.cli.terminal.SecretFile;
import io.gatehouse.client.Session;
import io.gatehouse.client.http.ServerSession;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
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
        if (url.isPresent()) {
            return askServer(url.get(), tokenFile.map(SecretFile::token), work);
        }
        return engine.isGiven()
                ? askSpark((session, remote) -> work.apply(session))
                : shared(Path.of(database.orElseThrow())).ask(work);
    }

    /** The same for work that needs the engine in this process. */
    <T> T askHere(BiFunction<Session, QueryEngine, T> work) {
        requireOne();
        if (url.isPresent()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "The shell needs --db. With --url, use -c, -f or standard input.");
        }
        return engine.isGiven() ? askSpark(work) : askFile(Path.of(database.orElseThrow()), work);
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

    private <T> T askSpark(BiFunction<Session, QueryEngine, T> work) {
        try (RemoteEngine remote = engine.connect(database.orElseThrow());
                Session session = new EngineSession(remote.engine(), () -> {})) {
            return work.apply(session, remote.engine());
        }
    }

    private <T> T askFile(Path file, BiFunction<Session, QueryEngine, T> work) {
        try (Store store = Store.open(file);
                QueryEngine asked = new QueryEngine(store);
                Session session = new EngineSession(asked, () -> {})) {
            return work.apply(session, asked);
        } catch (GatehouseException e) {
            throw shared(file)
                    .server(e)
                    .map(server -> new GatehouseException(
                            ErrorCode.DATABASE_IN_USE,
                            "%s is open in the server at %s, and the shell needs the file itself. Use -c, -f or standard input, which the server answers."
                                    .formatted(file, server.uri()),
                            e))
                    .orElseGet(() -> SharedFile.explained(e));
        }
    }

    private SharedFile shared(Path file) {
        return new SharedFile(file, spec.commandLine().getErr());
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
