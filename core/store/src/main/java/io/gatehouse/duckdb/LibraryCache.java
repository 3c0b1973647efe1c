package io.gatehouse.duckdb;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Files that all processes of the user share. A name stands for a content, so files of the same name are equal.
 *
 * @param folder folder that only the user can write
 */
record LibraryCache(Path folder) {
    /** Suffix of a file that is being written, followed by the process that writes it. */
    private static final String PART = ".part-";

    /** The content of a missing file. */
    interface Content {
        InputStream open() throws IOException;
    }

    /** Returns the cache of the user, below {@code XDG_CACHE_HOME} or else {@code ~/.cache}, if there can be one. */
    static Optional<LibraryCache> ofUser() {
        String base = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path caches = base.isEmpty() ? Path.of(System.getProperty("user.home", ""), ".cache") : Path.of(base);
        return caches.isAbsolute() ? of(caches.resolve("gatehouse")) : Optional.empty();
    }

    static Optional<LibraryCache> of(Path folder) {
        try {
            if (Files.getFileStore(existing(folder)).supportsFileAttributeView("posix")) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                return isOwn(folder) ? Optional.of(new LibraryCache(folder)) : Optional.empty();
            }
            Files.createDirectories(folder);
            return Optional.of(new LibraryCache(folder));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Returns the file of a name, and writes it if it is missing; empty if that fails. */
    Optional<Path> find(String name, long size, Content content) {
        Path file = folder.resolve(name);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) != size) {
                write(file, size, content);
            }
            return Optional.of(file);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Other processes may write it at the same time: each writes its own part, and the last one replaces the file. */
    private void write(Path file, long size, Content content) throws IOException {
        deleteAbandoned();
        Path part = file.resolveSibling(
                file.getFileName() + PART + ProcessHandle.current().pid());
        try (InputStream in = content.open()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            if (Files.size(part) != size) {
                throw new IOException("%s has not %d bytes".formatted(part, size));
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Deletes the parts of processes that were killed. */
    private void deleteAbandoned() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                int part = name.lastIndexOf(PART);
                if (part >= 0 && !isAlive(name.substring(part + PART.length()))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isAlive(String process) {
        return process.matches("[0-9]{1,18}")
                && ProcessHandle.of(Long.parseLong(process)).isPresent();
    }

    private static boolean isOwn(Path folder) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(folder, PosixFileAttributes.class);
        return attributes.owner().equals(user())
                && !attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
                && !attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE);
    }

    /** Returns the user of this process; Linux knows it even if the number of the user has no name. */
    private static UserPrincipal user() throws IOException {
        Path process = Path.of("/proc/self");
        return Files.exists(process)
                ? Files.getOwner(process)
                : process.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(System.getProperty("user.name", ""));
    }

    private static Path existing(Path folder) throws IOException {
        for (Path path = folder; path != null; path = path.getParent()) {
            if (Files.exists(path)) {
                return path;
            }
        }
        throw new IOException("%s is nowhere".formatted(folder));
    }
}
