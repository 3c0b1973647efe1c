package io.gatehouse.jdbc;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.type.SqlType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.RowIdLifetime;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * DatabaseMetaData. Most of its 180 methods say yes, no or a number; those stand in {@code metadata.properties}, with
 * the columns of the results that have no rows here. The others are methods of {@link MetaDataQueries}.
 */
final class MetaData implements InvocationHandler {
    private static final Map<String, String> ANSWERS = answers();

    /** The methods of {@link MetaDataQueries} by those of DatabaseMetaData. */
    private static final Map<Method, Method> QUERIES = queries();

    private final MetaDataQueries queries;

    private MetaData(MetaDataQueries queries) {
        this.queries = queries;
    }

    private static Map<String, String> answers() {
        Properties properties = new Properties();
        try (InputStream in = MetaData.class.getResourceAsStream("metadata.properties")) {
            if (in == null) {
                throw new IllegalStateException("metadata.properties is missing");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toUnmodifiableMap(name -> name, properties::getProperty));
    }

    private static Map<Method, Method> queries() {
        Map<List<Object>, Method> bySignature = Arrays.stream(MetaDataQueries.class.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .collect(Collectors.toMap(MetaData::signature, method -> method));
        return Arrays.stream(DatabaseMetaData.class.getMethods())
                .filter(method -> bySignature.containsKey(signature(method)))
                .collect(Collectors.toUnmodifiableMap(method -> method, method -> bySignature.get(signature(method))));
    }

    private static List<Object> signature(Method method) {
        return List.of(method.getName(), List.of(method.getParameterTypes()));
    }

    static DatabaseMetaData of(GatehouseConnection connection) throws SQLException {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                MetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                new MetaData(new MetaDataQueries(connection)));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        String name = method.getName();
        return switch (name) {
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> "Metadata of " + queries.getURL();
            case "unwrap" -> Wrappers.unwrap(proxy, wanted(arguments));
            case "isWrapperFor" -> Wrappers.isWrapper(proxy, wanted(arguments));
            default -> answer(method, arguments);
        };
    }

    private @Nullable Object answer(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        if (method.getReturnType() == ResultSet.class) {
            queries.checkOpen();
        }
        Method query = QUERIES.get(method);
        if (query == null) {
            return answer(method.getName(), method.getReturnType());
        }
        try {
            return query.invoke(queries, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private static Class<?> wanted(@Nullable Object @Nullable [] arguments) throws SQLException {
        if (arguments != null && arguments[0] instanceof Class<?> wanted) {
            return wanted;
        }
        throw SqlErrors.invalid("A class is needed.");
    }

    private @Nullable Object answer(String name, Class<?> type) throws SQLException {
        String answer = ANSWERS.get(name);
        if (answer == null) {
            throw SqlErrors.unsupported(name);
        }
        if (type == ResultSet.class) {
            List<ResultColumn> columns = Arrays.stream(answer.split(" ", -1))
                    .map(column -> column.split(":", -1))
                    .map(parts -> new ResultColumn(parts[0], SqlType.parse(parts.length < 2 ? "VARCHAR" : parts[1])))
                    .toList();
            return ListRows.resultSet(columns, List.of());
        }
        if (type == boolean.class) {
            return Boolean.valueOf(answer);
        }
        if (type == int.class) {
            return Integer.valueOf(answer);
        }
        if (type == long.class) {
            return Long.valueOf(answer);
        }
        return type == RowIdLifetime.class ? RowIdLifetime.valueOf(answer) : answer;
    }
}
