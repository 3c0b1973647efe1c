package io.gatehouse.cli.sql;

import io.gatehouse.client.Bindings;
import io.gatehouse.client.ParameterName;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values of {@code --param} and {@code --null-param}, which several statements may use. Each is NULL or a text, which
 * the statement gives its type.
 */
final class StatementParameters {
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*+");

    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();
    private final Set<String> unused = new LinkedHashSet<>();

    /**
     * @param written each a name, an equals sign and a value
     * @param nulls names of those that are NULL
     */
    StatementParameters(List<String> written, List<String> nulls) {
        for (String parameter : written) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            if (equals < 0 || !NAME.matcher(name).matches()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "--param is \"%s\"; it must be NAME=VALUE, such as layer=3.".formatted(parameter));
            }
            add(name, parameter.substring(equals + 1));
        }
        for (String name : nulls) {
            if (!NAME.matcher(name).matches()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "--null-param is \"%s\"; it must be the name of a parameter, such as layer.".formatted(name));
            }
            add(name, null);
        }
    }

    private void add(String name, @Nullable String value) {
        String key = name.toLowerCase(Locale.ROOT);
        if (!unused.add(key)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The parameter %s has two values: --param and --null-param give each one.".formatted(key));
        }
        values.put(key, value);
    }

    /**
     * The values that a statement takes; all if it takes one that is not there, so that its error tells the names on both
     * sides.
     */
    Bindings of(String sql, Session session) {
        if (values.isEmpty()) {
            return Bindings.none();
        }
        Set<String> names;
        try {
            names = session.shape(sql).names().stream()
                    .map(ParameterName::name)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        } catch (GatehouseException e) {
            // Running the statement tells what is wrong with it.
            return Bindings.none();
        }
        unused.removeAll(names);
        Map<String, @Nullable Object> own = new LinkedHashMap<>(values);
        if (own.keySet().containsAll(names)) {
            own.keySet().retainAll(names);
        }
        return new Bindings.ByName(own);
    }

    /** Refuses values that no statement took. */
    void requireUsed() {
        if (!unused.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--param has a value for %s, which no statement uses."
                            .formatted(unused.stream().map(name -> ":" + name).collect(Collectors.joining(", "))));
        }
    }
}
