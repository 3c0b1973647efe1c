package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;

/**
 * The file {@code FILE.server} beside a database file, which names the server that has the database open, so that other
 * commands of the same user can ask the server. Only its owner may read it. One that a killed server left behind, or that
 * somebody else put there, is ignored.
 *
 * @param pid process of the server
 * @param instance changes with each start of the server, which tells it to everybody
 * @param key shows that a client has read the file
 */
public record ServerFile(URI uri, long pid, String instance, String key) {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    public ServerFile {
        requireNonNull(uri, "uri is null");
        requireNonNull(instance, "instance is null");
        requireNonNull(key, "key is null");
    }

    /** The file of this process. */
    static ServerFile of(URI uri, String instance, String key) {
        return new ServerFile(uri, ProcessHandle.current().pid(), instance, key);
    }

    /** A text that cannot be guessed. */
    static String secret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Writes the file beside the database, whole or not at all. */
    void write(Path database) throws IOException {
        Path place = place(database);
        Path draft = place.resolveSibling(place.getFileName() + "." + pid);
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.write(draft, Json.bytes(this), StandardOpenOption.WRITE);
        Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Removes the file, unless it has become another server's. */
    void remove(Path database) throws IOException {
        Path place = place(database);
        if (read(place).filter(this::equals).isPresent()) {
            Files.deleteIfExists(place);
        }
    }

    /**
     * The server that has the database open, if it has written the file and responds.
     *
     * @throws GatehouseException INVALID_ARGUMENT if its certificate is one that this Java does not trust
     */
    public static Optional<ServerFile> find(Path database) {
        try {
            return read(place(database)).filter(ServerFile::isAlive);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Path place(Path database) throws IOException {
        Path file = database.toRealPath();
        return file.resolveSibling(file.getFileName() + ".server");
    }

    private static Optional<ServerFile> read(Path place) throws IOException {
        if (!Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS) || !isMine(place)) {
            return Optional.empty();
        }
        try {
            JsonNode json = Json.tree(Files.readAllBytes(place), place.toString());
            return Optional.of(new ServerFile(
                    URI.create(json.path("uri").asText()),
                    json.path("pid").asLong(),
                    json.path("instance").asText(),
                    json.path("key").asText()));
        } catch (GatehouseException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** In a directory that all may write, somebody else could put a file there, to be asked in the server's place. */
    private static boolean isMine(Path place) throws IOException {
        String me = System.getProperty("user.name");
        return Files.getOwner(place, LinkOption.NOFOLLOW_LINKS).getName().equals(me)
                && OWNER_ONLY.containsAll(Files.getPosixFilePermissions(place, LinkOption.NOFOLLOW_LINKS));
    }

    /** By now another process may have that number, and another server that port: the instance tells them apart. */
    private boolean isAlive() {
        if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
            return false;
        }
        try {
            HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
            HttpRequest request = HttpRequest.newBuilder(uri.resolve("instance"))
                    .timeout(PATIENCE)
                    .build();
            HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return Json.tree(answer.body(), "The answer")
                    .path("instance")
                    .asText()
                    .equals(instance);
        } catch (SSLHandshakeException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The file is served at %s, whose certificate is not trusted here (%s): docs/http-api.md says how to trust it."
                            .formatted(uri, e.getMessage()),
                    e);
        } catch (IOException | GatehouseException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The key is for the file only. */
    @Override
    public String toString() {
        return "ServerFile[%s, process %d]".formatted(uri, pid);
    }
}
