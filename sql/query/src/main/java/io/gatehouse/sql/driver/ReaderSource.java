package io.gatehouse.sql.driver;

import java.sql.Connection;
import java.sql.SQLException;

/** Hands out a connection to the store for one query, which closes it. */
@FunctionalInterface
public interface ReaderSource {
    Connection open() throws SQLException;
}
