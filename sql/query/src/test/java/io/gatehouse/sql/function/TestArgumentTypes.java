package io.gatehouse.sql.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.SqlTypeName;
import org.junit.jupiter.api.Test;

final class TestArgumentTypes {
    private static final Path FILE = Path.of(
            System.getProperty("gatehouse.root"), "sql/query/src/main/resources/io/gatehouse/sql/functions/takes.txt");
    private static final String HEAD =
            "# What DuckDB's functions take, by its duckdb_functions(); written by TestArgumentTypes with -Dgatehouse.write=true.\n";

    /** With -Dgatehouse.write=true the file is written. */
    @Test
    void theFileSaysWhatDuckDbSays() throws Exception {
        String expected = HEAD + String.join("\n", lines()) + "\n";
        if (Boolean.getBoolean("gatehouse.write")) {
            write(expected);
        }
        assertThat(Files.readString(FILE)).isEqualTo(expected);
    }

    private static void write(String text) throws IOException {
        Files.writeString(FILE, text);
    }

    private static List<String> lines() throws SQLException {
        Set<String> known = FunctionTable.INSTANCE.getOperatorList().stream()
                .filter(SqlFunction.class::isInstance)
                .map(SqlOperator::getName)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        Map<String, List<Set<SqlTypeName>>> functions = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT lower(function_name), array_to_string(parameter_types, ';') FROM duckdb_functions()"
                                + " WHERE function_type IN ('scalar', 'aggregate') AND len(parameter_types) > 0")) {
            while (rows.next()) {
                if (known.contains(rows.getString(1))) {
                    add(
                            functions.computeIfAbsent(rows.getString(1), name -> new ArrayList<>()),
                            rows.getString(2).split(";", -1));
                }
            }
        }
        return functions.entrySet().stream()
                .filter(function -> function.getValue().stream().anyMatch(place -> !place.isEmpty()))
                .map(function -> function.getKey()
                        + function.getValue().stream()
                                .map(TestArgumentTypes::text)
                                .collect(Collectors.joining()))
                .toList();
    }

    private static void add(List<Set<SqlTypeName>> places, String[] types) {
        for (int i = 0; i < types.length; i++) {
            if (places.size() == i) {
                places.add(EnumSet.noneOf(SqlTypeName.class));
            }
            String name = types[i].equals("FLOAT") ? "REAL" : types[i];
            ArgumentTypes.WIDEST_FIRST.stream()
                    .filter(type -> type.name().equals(name))
                    .forEach(places.get(i)::add);
        }
    }

    private static String text(Set<SqlTypeName> place) {
        String names = ArgumentTypes.WIDEST_FIRST.stream()
                .filter(place::contains)
                .map(SqlTypeName::name)
                .collect(Collectors.joining(" "));
        return " | " + (names.isEmpty() ? "-" : names);
    }
}
