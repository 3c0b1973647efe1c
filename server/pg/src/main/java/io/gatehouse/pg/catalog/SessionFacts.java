package io.gatehouse.pg.catalog;

import java.util.List;
import java.util.Optional;

/** What functions of the catalogue ask about the session. */
public interface SessionFacts {
    String database();

    String user();

    /** The version of Gatehouse. */
    String version();

    /** A number of the session. */
    int id();

    Optional<String> setting(String name);

    /** Names and values of all settings. */
    List<List<String>> settings();

    void set(String name, String value);
}
