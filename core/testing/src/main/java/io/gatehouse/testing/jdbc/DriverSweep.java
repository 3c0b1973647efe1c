package io.gatehouse.testing.jdbc;

import static java.util.Objects.requireNonNull;

import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.JDBCType;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Calls every method of JDBC with arguments that nobody means, on open objects and on closed ones. */
public final class DriverSweep {
    private static final String SQL = "SELECT 'a' AS text, 1 AS number, [1, 2] AS list FROM runs WHERE run_id > ?";

    private static final List<Long> NUMBERS = List.of(
            1L, -1L, 0L, 99L, (long) Integer.MAX_VALUE, (long) Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE);

    /** What may be asked of a closed object. */
    private static final Set<String> ON_CLOSED =
            Set.of("close", "isClosed", "abort", "isValid", "unwrap", "isWrapperFor", "free");

    private static final Map<Class<?>, Object> PRESENT = present();

    private final String url;

    public DriverSweep(String url) {
        this.url = url;
    }

    private static Map<Class<?>, Object> present() {
        Map<Class<?>, Object> present = new HashMap<>();
        present.put(String.class, "SELECT 1");
        present.put(Class.class, String.class);
        present.put(Object.class, new Object());
        present.put(int[].class, new int[] {1, -1});
        present.put(String[].class, new String[] {"x", null});
        present.put(byte[].class, new byte[] {1});
        present.put(Map.class, Map.of("x", String.class));
        present.put(Properties.class, new Properties());
        present.put(Calendar.class, Calendar.getInstance());
        present.put(Executor.class, (Executor) Runnable::run);
        present.put(BigDecimal.class, BigDecimal.ONE);
        present.put(Date.class, new Date(Long.MAX_VALUE));
        present.put(Time.class, new Time(Long.MIN_VALUE));
        present.put(Timestamp.class, new Timestamp(Long.MAX_VALUE));
        present.put(Reader.class, new StringReader("text"));
        present.put(InputStream.class, InputStream.nullInputStream());
        present.put(SQLType.class, JDBCType.OTHER);
        present.put(Object[].class, new Object[] {new Object()});
        return present;
    }

    private interface Opening<T> {
        T open(Connection connection) throws SQLException;
    }

    /** Each call of an open object that ended in something other than a value or an SQLException. */
    public List<String> faultsOfOpenObjects() throws SQLException {
        List<String> faults = new ArrayList<>();
        open(Connection.class, connection -> connection, faults);
        open(Statement.class, Connection::createStatement, faults);
        open(PreparedStatement.class, connection -> connection.prepareStatement(SQL), faults);
        open(ResultSet.class, DriverSweep::firstRow, faults);
        open(DatabaseMetaData.class, Connection::getMetaData, faults);
        open(ResultSetMetaData.class, connection -> firstRow(connection).getMetaData(), faults);
        open(
                ParameterMetaData.class,
                connection -> connection.prepareStatement(SQL).getParameterMetaData(),
                faults);
        open(Array.class, connection -> firstRow(connection).getArray(3), faults);
        open(Clob.class, connection -> firstRow(connection).getClob(1), faults);
        return faults;
    }

    private static ResultSet firstRow(Connection connection) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(SQL);
        statement.setInt(1, 0);
        ResultSet rows = statement.executeQuery();
        rows.next();
        return rows;
    }

    private <T> void open(Class<T> type, Opening<T> opening, List<String> faults) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        T object = opening.open(connection);
        for (Method method : methods(type)) {
            for (Object[] arguments : arguments(method)) {
                if (isClosed(object) || connection.isClosed()) {
                    connection.close();
                    connection = DriverManager.getConnection(url);
                    object = opening.open(connection);
                }
                outcome(object, method, arguments)
                        .filter(thrown -> !(thrown instanceof SQLException))
                        .ifPresent(thrown -> faults.add(call(type, method, arguments) + ": " + thrown));
            }
        }
        connection.close();
    }

    private static boolean isClosed(Object object) throws SQLException {
        return object instanceof Statement statement
                ? statement.isClosed()
                : object instanceof ResultSet rows && rows.isClosed();
    }

    /** Each call of a closed object that did not end in an SQLException. */
    public List<String> faultsOfClosedObjects() throws SQLException {
        List<String> faults = new ArrayList<>();
        closed(Connection.class, closedConnection(), faults, false);
        try (Connection connection = DriverManager.getConnection(url)) {
            Statement statement = connection.createStatement();
            statement.close();
            closed(Statement.class, statement, faults, false);
            PreparedStatement prepared = connection.prepareStatement(SQL);
            prepared.getMetaData();
            prepared.close();
            closed(PreparedStatement.class, prepared, faults, false);
            ResultSet rows = firstRow(connection);
            Array array = rows.getArray(3);
            Clob text = rows.getClob(1);
            rows.close();
            closed(ResultSet.class, rows, faults, false);
            array.free();
            closed(Array.class, array, faults, false);
            text.free();
            closed(Clob.class, text, faults, false);
        }
        Connection connection = DriverManager.getConnection(url);
        DatabaseMetaData metaData = connection.getMetaData();
        ResultSet rows = firstRow(connection);
        connection.close();
        closed(ResultSet.class, rows, faults, false);
        // What does not depend on the database may still be asked.
        closed(DatabaseMetaData.class, metaData, faults, true);
        return faults;
    }

    private Connection closedConnection() throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        connection.close();
        return connection;
    }

    private static void closed(Class<?> type, Object object, List<String> faults, boolean onlyRows) {
        for (Method method : methods(type)) {
            boolean asked = !onlyRows || method.getReturnType() == ResultSet.class;
            for (Object[] arguments : arguments(method)) {
                Object thrown =
                        outcome(object, method, arguments).<Object>map(t -> t).orElse("no exception");
                boolean right = (ON_CLOSED.contains(method.getName()) || !asked)
                        ? thrown instanceof SQLException || !(thrown instanceof Throwable)
                        : thrown instanceof SQLException;
                if (!right) {
                    faults.add("closed " + call(type, method, arguments) + ": " + thrown);
                }
            }
        }
    }

    private static List<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .sorted(Comparator.comparing(Method::toString))
                .toList();
    }

    /** The arguments of the calls of a method: each number with nulls, and with values that are there. */
    private static List<@Nullable Object[]> arguments(Method method) {
        Class<?>[] types = method.getParameterTypes();
        List<@Nullable Object[]> all = new ArrayList<>();
        for (long number : NUMBERS) {
            for (boolean present : new boolean[] {true, false}) {
                @Nullable Object[] arguments = new @Nullable Object[types.length];
                for (int i = 0; i < types.length; i++) {
                    arguments[i] = types[i].isPrimitive()
                            ? primitive(types[i], number)
                            : present ? PRESENT.get(types[i]) : null;
                }
                if (all.stream().noneMatch(known -> Arrays.equals(known, arguments))) {
                    all.add(arguments);
                }
            }
        }
        return all;
    }

    private static Object primitive(Class<?> type, long number) {
        return switch (type.getName()) {
            case "boolean" -> number > 0;
            case "byte" -> (byte) number;
            case "short" -> (short) number;
            case "int" -> (int) number;
            case "long" -> number;
            case "float" -> (float) number;
            case "double" -> (double) number;
            default -> throw new IllegalArgumentException(type.getName());
        };
    }

    private static Optional<Throwable> outcome(Object object, Method method, @Nullable Object[] arguments) {
        try {
            method.invoke(object, arguments);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of(requireNonNull(e.getCause()));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String call(Class<?> type, Method method, @Nullable Object[] arguments) {
        return "%s.%s(%s)%s"
                .formatted(
                        type.getSimpleName(),
                        method.getName(),
                        String.join(
                                ", ",
                                Arrays.stream(method.getParameterTypes())
                                        .map(Class::getSimpleName)
                                        .toList()),
                        Arrays.toString(arguments));
    }
}
