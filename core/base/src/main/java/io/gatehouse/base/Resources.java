package io.gatehouse.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Files on the class path. */
public final class Resources {
    private Resources() {}

    /**
     * Returns the text of a UTF-8 resource.
     *
     * @param owner class whose package holds the resource, unless {@code name} begins with a slash
     * @throws IllegalArgumentException if there is no such resource
     */
    public static String text(Class<?> owner, String name) {
        return new String(bytes(owner, name), StandardCharsets.UTF_8);
    }

    /**
     * Returns the lines of a text resource, found as {@link #text} finds it, without blank lines and comments, which begin
     * with #.
     */
    public static List<String> lines(Class<?> owner, String name) {
        return text(owner, name)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    /** Returns the bytes of a resource, found as {@link #text} finds it. */
    public static byte[] bytes(Class<?> owner, String name) {
        try (InputStream in = owner.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("No resource %s beside %s".formatted(name, owner.getName()));
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
