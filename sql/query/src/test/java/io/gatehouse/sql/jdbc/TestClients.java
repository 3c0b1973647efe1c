package io.gatehouse.sql.jdbc;

import io.gatehouse.sample.routing.SyntheticRun;
import io.gatehouse.testing.jdbc.Clients;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Six clients of JDBC over a file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestClients {
    private Clients clients;

    @BeforeAll
    void write(@TempDir Path directory) {
        Path file = directory.resolve("routing.duckdb");
        SyntheticRun.write(file, 100_000);
        clients = new Clients("jdbc:gatehouse:" + file, new Properties());
    }

    @Test
    void sqlline() throws Exception {
        clients.sqlline();
    }

    @Test
    void schemaCrawler() {
        clients.schemaCrawler();
    }

    @Test
    void jooqMeta() throws Exception {
        clients.jooqMeta();
    }

    @Test
    void jdbcTemplate() {
        clients.jdbcTemplate();
    }

    @Test
    void jasperReports() throws Exception {
        clients.jasperReports();
    }

    @Test
    void hikariCp() throws Exception {
        clients.hikariCp();
    }
}
