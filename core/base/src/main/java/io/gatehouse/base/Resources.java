package io.gatehouse.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

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

    /**
     * Returns the names of the files in a folder, in alphabetical order, without those of its subfolders. The folder is
     * found as {@link #text} finds a resource, in a directory or in a jar.
     *
     * @throws IllegalArgumentException if there is no such folder
     */
    public static List<String> names(Class<?> owner, String folder) {
        URL url = owner.getResource(folder);
        if (url == null) {
            throw new IllegalArgumentException(
                    "There is no resource folder %s beside %s".formatted(folder, owner.getName()));
        }
        try {
            if (url.openConnection() instanceof JarURLConnection connection) {
                return namesInJar(connection);
            }
            try (Stream<Path> files = Files.list(Path.of(URI.create(url.toString())))) {
                return files.filter(Files::isRegularFile)
                        .map(file -> file.getFileName().toString())
                        .sorted()
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> namesInJar(JarURLConnection connection) throws IOException {
        // A cached JarFile may belong to somebody else; this one is closed here.
        connection.setUseCaches(false);
        String folder = connection.getEntryName();
        String prefix = folder.endsWith("/") ? folder : folder + "/";
        try (JarFile jar = connection.getJarFile()) {
            return jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.startsWith(prefix) && name.length() > prefix.length())
                    .map(name -> name.substring(prefix.length()))
                    .filter(name -> name.indexOf('/') < 0)
                    .sorted()
                    .toList();
        }
    }
}
