package io.gatehouse.duckdb;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.jar.JarEntry;
import org.duckdb.DuckDBDriver;

/**
 * DuckDB's native library, unpacked once for each user. Its driver unpacks it anew in every process, 72 MB into the folder
 * for temporary files, and a process that is killed leaves it there. If anything fails here, the driver unpacks it as
 * usual.
 */
public final class NativeLibrary {
    private static final String DRIVER = "org/duckdb/DuckDBNative";
    /** The method of the driver that unpacks and loads the library, and of ours that replaces it. */
    private static final String LOADING = "loadNativeLibrary";

    /** Initialised once per process, because the library is loaded once. */
    private static final class Prepared {
        private static final Optional<Path> LIBRARY = prepareOnce();
    }

    private NativeLibrary() {}

    /** Makes the driver load the library from where it was unpacked to. */
    static void prepare() {
        var unused = Prepared.LIBRARY;
    }

    /** Called by the driver in place of its own method; public only for that. */
    public static void loadNativeLibrary() {
        System.load(Prepared.LIBRARY.orElseThrow().toString());
    }

    private static Optional<Path> prepareOnce() {
        ClassLoader loader = DuckDBDriver.class.getClassLoader();
        // A library belongs to the loader of the class that loads it: the driver must have the same one.
        if (loader == null || loader != NativeLibrary.class.getClassLoader()) {
            return Optional.empty();
        }
        try {
            Optional<Path> library = LibraryCache.ofUser().flatMap(cache -> unpacked(cache, loader));
            if (library.isPresent()) {
                redirect(loader);
            }
            return library;
        } catch (IOException | IllegalAccessException | RuntimeException | LinkageError e) {
            // For example a class that is already loaded, or has changed in a later version.
            return Optional.empty();
        }
    }

    private static Optional<Path> unpacked(LibraryCache cache, ClassLoader loader) {
        URL packed = loader.getResource(resource());
        try {
            if (packed == null || !(packed.openConnection() instanceof JarURLConnection connection)) {
                return Optional.empty();
            }
            JarEntry entry = connection.getJarEntry();
            String name = "libduckdb_java-%08x-%d.so".formatted(entry.getCrc(), entry.getSize());
            return cache.find(name, entry.getSize(), () -> open(packed));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static InputStream open(URL packed) throws IOException {
        URLConnection connection = packed.openConnection();
        connection.setUseCaches(false);
        return connection.getInputStream();
    }

    /** Returns its name in the jar of the driver. */
    private static String resource() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return "libduckdb_java.so_%s_%s"
                .formatted(
                        system.startsWith("windows") ? "windows" : system.startsWith("mac") ? "macos" : "linux",
                        machine.equals("x86_64") ? "amd64" : machine.equals("aarch64") ? "arm64" : machine);
    }

    /**
     * Defines the driver's class of native methods with the one call changed that loads the library. The driver has no
     * setting for where it is.
     */
    private static void redirect(ClassLoader loader) throws IOException, IllegalAccessException {
        try (InputStream in = loader.getResourceAsStream(DRIVER + ".class")) {
            if (in == null) {
                throw new IOException("The driver has no " + DRIVER);
            }
            byte[] changed = ClassFile.of(in.readAllBytes())
                    .callElsewhere(
                            DRIVER, LOADING, NativeLibrary.class.getName().replace('.', '/'));
            MethodHandles.privateLookupIn(DuckDBDriver.class, MethodHandles.lookup())
                    .defineClass(changed);
        }
    }
}
