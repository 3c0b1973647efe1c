package io.gatehouse.server.http;

import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The console's files, from the class path. A build without the web module has none. */
public final class ConsoleFiles {
    private static final String FOLDER = "/io/gatehouse/web/";
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");
    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "css", "text/css; charset=utf-8",
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    public static boolean present() {
        return ConsoleFiles.class.getResource(FOLDER + "index.html") != null;
    }

    /** The page itself, which is not cached because it names the assets of its own build. */
    public void page(Context context) {
        send(context, "index.html", "no-cache");
    }

    /** A file beside the page. */
    public void file(Context context) {
        send(context, context.path().substring(1), "no-cache");
    }

    /** A file whose name has a hash of its content, so it can be cached forever. */
    public void asset(Context context) {
        send(context, "assets/" + plainName(context.pathParam("name")), "public, max-age=31536000, immutable");
    }

    private static String plainName(String name) {
        if (!PLAIN_NAME.matcher(name).matches()) {
            throw new NotFoundResponse("There is no file \"%s\".".formatted(name));
        }
        return name;
    }

    private static void send(Context context, String path, String cacheControl) {
        byte[] content = read(path).orElseThrow(() -> new NotFoundResponse("There is no file \"%s\".".formatted(path)));
        context.contentType(contentType(path))
                .header("Cache-Control", cacheControl)
                .result(content);
    }

    private static Optional<byte[]> read(String path) {
        try (InputStream stream = ConsoleFiles.class.getResourceAsStream(FOLDER + path)) {
            return stream == null ? Optional.empty() : Optional.of(stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String contentType(String path) {
        String extension = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return CONTENT_TYPES.getOrDefault(extension, "application/octet-stream");
    }
}
