package io.gatehouse.jdbc;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a connection, from a URL and properties. Unknown keys are refused, so that a mistyped one is not ignored.
 *
 * @param url without its parameters
 * @param target what follows {@code jdbc:gatehouse:}, without parameters
 * @param token of a server that needs one; given as {@code token} or as {@code password}
 * @param queryTimeout for statements that set none
 * @param engine the engine for a directory, where that is not this process
 * @param listsAsText whether lists are VARCHAR, for tools without arrays
 */
public record ConnectionSettings(
        String url,
        String target,
        Optional<String> user,
        Optional<String> token,
        Optional<Duration> queryTimeout,
        boolean tls,
        Optional<String> engine,
        boolean listsAsText) {
    static final String PREFIX = "jdbc:gatehouse:";
    private static final String REMOTE = "//";
    private static final String ENGINE = "engine";
    private static final String LISTS = "lists";

    /** The start of the parameters after the name of a file, which may hold a question mark itself. */
    private static final Pattern BEHIND_FILE = Pattern.compile("\\?(?=(%s|%s)=)".formatted(ENGINE, LISTS));

    /** The keys and what they mean. */
    static final Map<String, String> KEYS = new TreeMap<>(Map.of(
            "user",
            "accepted and ignored: a server checks only the token",
            "password",
            "the same as token, for tools that ask for user and password",
            "token",
            "the token of a server that asks for one",
            "queryTimeout",
            "seconds after which a statement that sets no timeout is ended",
            "tls",
            "true to speak to a server by TLS",
            ENGINE,
            "Spark Connect server that runs the statements, sc://HOST[:PORT]; only for the directory of an export",
            LISTS,
            "array, or varchar to show lists as texts to tools that know no arrays"));

    static ConnectionSettings of(String url, Properties properties) throws SQLException {
        String rest = url.substring(PREFIX.length());
        Map<String, String> values = new TreeMap<>();
        if (rest.startsWith(REMOTE) && rest.indexOf('@') >= 0) {
            throw SqlErrors.of(
                    "08001",
                    "Write a server as //HOST:PORT. Credentials do not belong in the URL, which is shown and logged; give a"
                            + " token as a property.");
        }
        int question = parametersAt(rest);
        if (question >= 0) {
            addParameters(rest.substring(question + 1), values);
        }
        for (String key : properties.stringPropertyNames()) {
            checkKey(key);
            put(key, properties.getProperty(key), values);
        }
        String target = question < 0 ? rest : rest.substring(0, question);
        if (target.isBlank() || target.equals(REMOTE)) {
            throw SqlErrors.invalid("The URL %s names neither a file nor a server.".formatted(url));
        }
        return new ConnectionSettings(
                PREFIX + target,
                target,
                Optional.ofNullable(values.get("user")).filter(user -> !user.isEmpty()),
                token(values),
                timeout(values.get("queryTimeout")),
                tls(values.getOrDefault("tls", "false")),
                engine(values, target),
                listsAsText(values.getOrDefault(LISTS, "array")));
    }

    /** The place of the question mark before the parameters; -1 if there are none. */
    private static int parametersAt(String rest) {
        if (rest.startsWith(REMOTE)) {
            return rest.indexOf('?');
        }
        Matcher parameters = BEHIND_FILE.matcher(rest);
        return parameters.find() ? parameters.start() : -1;
    }

    private static Optional<String> engine(Map<String, String> values, String target) throws SQLException {
        Optional<String> engine = Optional.ofNullable(values.get(ENGINE)).filter(address -> !address.isEmpty());
        if (engine.isPresent() && target.startsWith(REMOTE)) {
            throw SqlErrors.invalid("The property engine needs a directory: a server has its own engine.");
        }
        return engine;
    }

    /** Whether a server is meant, and not a file. */
    public boolean isRemote() {
        return target.startsWith(REMOTE);
    }

    private static void addParameters(String text, Map<String, String> values) throws SQLException {
        List<String> pairs = new ArrayList<>(List.of(text.split("&", -1)));
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            checkKey(key);
            if (key.equals("token") || key.equals("password")) {
                throw SqlErrors.invalid(
                        "A %s does not go into the URL, which is shown and logged; give it as a property."
                                .formatted(key));
            }
            put(key, decoded(pair.substring(equals + 1)), values);
        }
    }

    /** Of two different values, neither can be meant. */
    private static void put(String key, String value, Map<String, String> values) throws SQLException {
        String before = values.put(key, value);
        if (before != null && !before.equals(value)) {
            throw SqlErrors.invalid("The connection property %s is given twice.".formatted(key));
        }
    }

    private static String decoded(String value) throws SQLException {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw SqlErrors.of(
                    SqlErrors.INVALID_PARAMETER, "\"%s\" is not written as in a URL.".formatted(value), false, e);
        }
    }

    /** Tools that do not know the token send an empty password with it. */
    private static Optional<String> token(Map<String, String> values) throws SQLException {
        String token = values.getOrDefault("token", "");
        String password = values.getOrDefault("password", "");
        if (!token.isEmpty() && !password.isEmpty() && !token.equals(password)) {
            throw SqlErrors.invalid("token and password are the same thing, and given twice.");
        }
        return Optional.of(token.isEmpty() ? password : token).filter(text -> !text.isEmpty());
    }

    private static void checkKey(String key) throws SQLException {
        if (!KEYS.containsKey(key)) {
            throw SqlErrors.invalid("There is no connection property \"%s\"; there are %s."
                    .formatted(key, String.join(", ", KEYS.keySet())));
        }
    }

    private static Optional<Duration> timeout(@Nullable String seconds) throws SQLException {
        if (seconds == null || seconds.equals("0")) {
            return Optional.empty();
        }
        if (!seconds.matches("\\d{1,9}")) {
            throw SqlErrors.invalid("queryTimeout is a number of seconds, not \"%s\".".formatted(seconds));
        }
        return Optional.of(Duration.ofSeconds(Long.parseLong(seconds)));
    }

    private static boolean listsAsText(String value) throws SQLException {
        if (!value.equals("array") && !value.equals("varchar")) {
            throw SqlErrors.invalid("lists is array or varchar, not \"%s\".".formatted(value));
        }
        return value.equals("varchar");
    }

    private static boolean tls(String value) throws SQLException {
        if (!value.equals("true") && !value.equals("false")) {
            throw SqlErrors.invalid("tls is true or false, not \"%s\".".formatted(value));
        }
        return value.equals("true");
    }

    /** Without the token. */
    @Override
    public String toString() {
        return url;
    }
}
