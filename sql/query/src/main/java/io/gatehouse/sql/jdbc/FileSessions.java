package io.gatehouse.sql.jdbc;

import io.gatehouse.client.Session;
import io.gatehouse.jdbc.ConnectionSettings;
import io.gatehouse.jdbc.SessionSource;
import io.gatehouse.jdbc.SqlErrors;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.RemoteEngine;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/** Sessions with files that this process opens, and with directories that another engine reads. */
public final class FileSessions implements SessionSource {
    /** All connections of the process to one file share its store, since DuckDB opens a file only once. */
    private static final OpenFiles FILES = new OpenFiles();

    @Override
    public Optional<Session> open(ConnectionSettings settings) throws SQLException {
        if (settings.isRemote()) {
            return Optional.empty();
        }
        if (settings.engine().isPresent()) {
            RemoteEngine remote = RemoteEngine.connect(settings.engine().get(), settings.target());
            return Optional.of(new EngineSession(remote.engine(), remote::close));
        }
        try {
            OpenFiles.Use file = FILES.open(Path.of(settings.target()));
            return Optional.of(new EngineSession(file.engine(), file::close));
        } catch (InvalidPathException e) {
            throw SqlErrors.of("22023", "%s is not a file name.".formatted(settings.target()), false, e);
        }
    }
}
