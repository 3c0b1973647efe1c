package io.gatehouse.testing.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.sf.jasperreports.engine.JasperCompileManager;
import net.sf.jasperreports.engine.JasperFillManager;
import net.sf.jasperreports.engine.JasperPrint;
import net.sf.jasperreports.engine.design.JRDesignBand;
import net.sf.jasperreports.engine.design.JRDesignExpression;
import net.sf.jasperreports.engine.design.JRDesignField;
import net.sf.jasperreports.engine.design.JRDesignParameter;
import net.sf.jasperreports.engine.design.JRDesignQuery;
import net.sf.jasperreports.engine.design.JRDesignSection;
import net.sf.jasperreports.engine.design.JRDesignTextField;
import net.sf.jasperreports.engine.design.JasperDesign;
import org.jooq.meta.ColumnDefinition;
import org.jooq.meta.TableDefinition;
import org.jooq.meta.jaxb.CatalogMappingType;
import org.jooq.meta.jaxb.SchemaMappingType;
import org.jooq.meta.jdbc.JDBCDatabase;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import schemacrawler.schema.Catalog;
import schemacrawler.schema.Column;
import schemacrawler.schema.Table;
import schemacrawler.schemacrawler.LoadOptionsBuilder;
import schemacrawler.schemacrawler.SchemaCrawlerOptions;
import schemacrawler.schemacrawler.SchemaCrawlerOptionsBuilder;
import schemacrawler.schemacrawler.SchemaInfoLevelBuilder;
import schemacrawler.tools.utility.SchemaCrawlerUtility;
import sqlline.SqlLine;
import us.fatehi.utility.datasource.DatabaseConnectionSource;
import us.fatehi.utility.datasource.DatabaseConnectionSources;

/** What each of six clients of JDBC does with a connection: the same for a file and for a server. */
public final class Clients {
    private static final String ENDLESS = """
            SELECT sum(a.token_id * b.token_id + c.token_id * d.token_id + e.token_id)
            FROM tokens a, tokens b, tokens c, tokens d, tokens e
            """;

    private final String url;
    private final Properties properties;

    /** Clients of a file with a run in it. */
    public Clients(String url, Properties properties) {
        this.url = url;
        this.properties = properties;
    }

    private Connection connection() throws SQLException {
        return DriverManager.getConnection(url, properties);
    }

    private DriverManagerDataSource dataSource() {
        DriverManagerDataSource source = new DriverManagerDataSource(url);
        source.setConnectionProperties(properties);
        return source;
    }

    /** Lists, describes, queries, and shows errors with their SQLSTATE. */
    public void sqlline() throws Exception {
        String output = sqlline(
                "!tables",
                "!columns expert_accuracy",
                "!dbinfo",
                "!typeinfo",
                "!primarykeys runs",
                "!indexes runs",
                "SELECT count(*) AS runs_found FROM runs;",
                "SELECT 'x' || name AS greeting, [1, NULL] AS list FROM runs;",
                "SELECT nothing FROM runs;",
                "!set outputformat csv",
                "VALUES (1, 'two', 3.5, DATE '2026-01-02');",
                "!quit");
        assertThat(output)
                .contains("token_routing", "VIEW")
                .contains("wilson_low", "getDatabaseProductName", "Gatehouse")
                .containsPattern("\\| runs_found \\|\\s*\\+-+\\+\\s*\\| 1 ")
                .contains("[1, NULL]")
                .contains("Column 'nothing' not found in any table", "state=42000")
                .contains("'1','two','3.5','2026-01-02'")
                .doesNotContain("Exception", "Unsupported");
    }

    private String sqlline(String... lines) throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        SqlLine line = new SqlLine();
        line.setOutputStream(output);
        line.setErrorStream(output);
        // As a script, which needs no terminal.
        Path script = Files.createTempFile("sqlline", ".sql");
        try {
            Files.write(script, List.of(lines));
            String token = properties.getProperty("token", "");
            line.begin(
                    new String[] {
                        "-u", url, "-n", "me", "-p", token, "--maxWidth=200", "--force=true", "--run=" + script
                    },
                    null,
                    false);
        } finally {
            Files.delete(script);
        }
        return output.toString(StandardCharsets.UTF_8);
    }

    /** Reads everything that it can ask metadata for. */
    public void schemaCrawler() {
        SchemaCrawlerOptions options = SchemaCrawlerOptionsBuilder.newSchemaCrawlerOptions()
                .withLoadOptions(LoadOptionsBuilder.builder()
                        .withSchemaInfoLevel(SchemaInfoLevelBuilder.maximum())
                        .toOptions());
        DatabaseConnectionSource source = DatabaseConnectionSources.fromDataSource(dataSource());
        Catalog catalog = SchemaCrawlerUtility.getCatalog(source, options);
        assertThat(catalog.getDatabaseInfo().getProductName()).isEqualTo("Gatehouse");
        assertThat(catalog.getTables().stream().map(Table::getName))
                .contains("runs", "questions", "activations", "expert_accuracy");
        Table activations = catalog.getTables().stream()
                .filter(table -> table.getName().equals("activations"))
                .findFirst()
                .orElseThrow();
        assertThat(activations.getRemarks()).isNotBlank();
        Column weight = activations.getColumns().stream()
                .filter(column -> column.getName().equals("weight"))
                .findFirst()
                .orElseThrow();
        assertThat(weight.getColumnDataType().getName()).isEqualTo("FLOAT");
        assertThat(weight.getRemarks()).isNotBlank();
        assertThat(catalog.getSystemColumnDataTypes()).hasSizeGreaterThan(10);
    }

    /** Reads tables and columns as the generator of code of jOOQ does. */
    public void jooqMeta() throws Exception {
        try (Connection connection = connection();
                JDBCDatabase database = new JDBCDatabase()) {
            database.setConnection(connection);
            database.setIncludes(new String[] {".*"});
            database.setExcludes(new String[0]);
            database.setProperties(new Properties());
            database.setIncludeTables(true);
            database.setConfiguredCatalogs(
                    List.of(new CatalogMappingType().withInputCatalog("").withOutputCatalog("")));
            database.setConfiguredSchemata(
                    List.of(new SchemaMappingType().withInputSchema("").withOutputSchema("")));
            List<TableDefinition> tables =
                    database.getTables(database.getSchemata().get(0));
            assertThat(tables.stream().map(TableDefinition::getName)).contains("runs", "activations", "gate_entropy");
            TableDefinition runs = tables.stream()
                    .filter(table -> table.getName().equals("runs"))
                    .findFirst()
                    .orElseThrow();
            assertThat(runs.getColumns().stream().map(ColumnDefinition::getName))
                    .contains("run_id", "name", "model");
            assertThat(runs.getColumn("run_id").getType().getType()).isEqualToIgnoringCase("integer");
        }
    }

    /** Queries with parameters and times out; errors become exceptions of Spring's. */
    public void jdbcTemplate() {
        JdbcTemplate template = new JdbcTemplate(dataSource());
        assertThat(template.queryForObject("SELECT count(*) FROM runs", Long.class))
                .isEqualTo(1);
        assertThat(template.queryForObject("SELECT name FROM runs WHERE run_id = ?", String.class, 1))
                .isNotBlank();
        List<Map<String, Object>> rows = template.queryForList(
                "SELECT layer, expert, count(*) AS n FROM activations WHERE layer = ? GROUP BY ALL ORDER BY ALL LIMIT ?",
                2,
                3);
        assertThat(rows).hasSize(3).allSatisfy(row -> assertThat(row).containsEntry("layer", 2));
        assertThatThrownBy(() -> template.queryForList("SELECT nothing FROM runs"))
                .isInstanceOf(BadSqlGrammarException.class)
                .cause()
                .hasMessage("Column 'nothing' not found in any table. (line 1, column 8)");
        template.setQueryTimeout(1);
        assertThatThrownBy(() -> template.queryForList(ENDLESS)).isInstanceOf(QueryTimeoutException.class);
    }

    /** Fills a report with the rows of a query with a parameter. */
    public void jasperReports() throws Exception {
        JasperDesign design = new JasperDesign();
        design.setName("experts");
        design.addParameter(parameter("LAYER", Integer.class));
        JRDesignQuery query = new JRDesignQuery();
        query.setText(
                "SELECT expert, count(*) AS n FROM activations WHERE layer = $P{LAYER} GROUP BY expert ORDER BY expert");
        design.setQuery(query);
        design.addField(field("expert", Integer.class));
        design.addField(field("n", Long.class));
        JRDesignBand band = new JRDesignBand();
        band.setHeight(20);
        JRDesignTextField text = new JRDesignTextField();
        text.setWidth(400);
        text.setHeight(20);
        text.setExpression(new JRDesignExpression("$F{expert} + \": \" + $F{n}"));
        band.addElement(text);
        ((JRDesignSection) design.getDetailSection()).addBand(band);
        try (Connection connection = connection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT count(DISTINCT expert) FROM activations WHERE layer = 1");
                ResultSet experts = statement.executeQuery()) {
            assertThat(experts.next()).isTrue();
            JasperPrint print = JasperFillManager.fillReport(
                    JasperCompileManager.compileReport(design), new HashMap<>(Map.of("LAYER", 1)), connection);
            assertThat(print.getPages().stream()
                            .mapToInt(page -> page.getElements().size())
                            .sum())
                    .isEqualTo(experts.getInt(1))
                    .isPositive();
        }
    }

    private static JRDesignParameter parameter(String name, Class<?> type) {
        JRDesignParameter parameter = new JRDesignParameter();
        parameter.setName(name);
        parameter.setValueClass(type);
        return parameter;
    }

    private static JRDesignField field(String name, Class<?> type) {
        JRDesignField field = new JRDesignField();
        field.setName(name);
        field.setValueClass(type);
        return field;
    }

    /** Keeps connections, hands them to several threads, and cancels. */
    public void hikariCp() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setDataSourceProperties(properties);
        config.setMaximumPoolSize(4);
        config.setConnectionTimeout(20_000);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            List<Future<Long>> answers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int layer = i % 3;
                answers.add(threads.submit(() -> count(pool, layer)));
            }
            for (int i = 3; i < 12; i++) {
                assertThat(answers.get(i).get(20, TimeUnit.SECONDS))
                        .isEqualTo(answers.get(i - 3).get())
                        .isPositive();
            }
            cancel(pool, threads);
            assertThat(count(pool, 1)).isEqualTo(answers.get(1).get());
        } finally {
            threads.shutdown();
        }
    }

    private static long count(HikariDataSource pool, int layer) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT count(*) FROM activations WHERE layer = ?")) {
            statement.setInt(1, layer);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private static void cancel(HikariDataSource pool, ExecutorService threads) throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            Future<SQLException> failure = threads.submit(() -> {
                try (ResultSet rows = statement.executeQuery(ENDLESS)) {
                    return new SQLException("It ended: " + rows.next());
                } catch (SQLException e) {
                    return e;
                }
            });
            TimeUnit.MILLISECONDS.sleep(400);
            assertThat(failure.isDone()).isFalse();
            long start = System.nanoTime();
            statement.cancel();
            SQLException cancelled = failure.get(10, TimeUnit.SECONDS);
            assertThat(cancelled.getSQLState()).as(cancelled.getMessage()).isEqualTo("57014");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }
}
