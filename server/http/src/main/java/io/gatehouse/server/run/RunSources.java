package io.gatehouse.server.run;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The models and quizzes that clients may use, by the last part of their path. Clients cannot use any other path of this
 * machine.
 */
public record RunSources(Map<String, Path> models, Map<String, Path> quizzes) {
    public RunSources {
        models = Collections.unmodifiableMap(new TreeMap<>(models));
        quizzes = Collections.unmodifiableMap(new TreeMap<>(quizzes));
    }

    public static RunSources none() {
        return new RunSources(Map.of(), Map.of());
    }

    /**
     * Names each by the last part of its path.
     *
     * @throws GatehouseException if a path is not there, or two have the same name
     */
    public static RunSources of(List<Path> models, List<Path> quizzes) {
        return new RunSources(named("model", models), named("quiz", quizzes));
    }

    /**
     * Returns the path of a model.
     *
     * @throws GatehouseException FILE_NOT_FOUND, with the names that there are
     */
    public Path model(String name) {
        return find("model", models, name);
    }

    /** @throws GatehouseException FILE_NOT_FOUND, with the names that there are */
    Path quiz(String name) {
        return find("quiz", quizzes, name);
    }

    private static Path find(String kind, Map<String, Path> known, String name) {
        Path path = known.get(name);
        if (path == null) {
            String names = known.isEmpty()
                    ? "this server has none: start it with --%s PATH".formatted(kind)
                    : "there are " + String.join(", ", known.keySet());
            throw new GatehouseException(
                    ErrorCode.FILE_NOT_FOUND, "There is no %s \"%s\" here; %s.".formatted(kind, name, names));
        }
        return path;
    }

    private static Map<String, Path> named(String kind, List<Path> paths) {
        Map<String, Path> named = new TreeMap<>();
        for (Path given : paths) {
            Path path = given.toAbsolutePath().normalize();
            if (!Files.exists(path)) {
                throw new GatehouseException(ErrorCode.FILE_NOT_FOUND, "There is no %s at %s.".formatted(kind, path));
            }
            Path other = named.put(String.valueOf(path.getFileName()), path);
            if (other != null) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "%s and %s would have the same name as a %s.".formatted(other, path, kind));
            }
        }
        return named;
    }
}
