package io.gatehouse.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.ChildProcess;
import io.gatehouse.store.HoldStore;
import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCompaction {
    @TempDir
    private Path directory;

    @Test
    void letsNobodyWriteBetweenTheCopyAndItsMove() throws Exception {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file)) {
            store.importRun(RandomRun.imported("kept"), "test");
        }
        boolean[] refused = new boolean[2];
        new Compaction(file, () -> {
                    // In this order: POSIX gives up a lock when its process closes the file, however often it has it
                    // open.
                    refused[0] = isInUseForAnotherProcess(file);
                    refused[1] = isInUse(file);
                })
                .run();
        assertThat(refused).containsExactly(true, true);
        try (Store store = Store.open(file)) {
            assertThat(store.runs()).extracting(RunSummary::name).containsExactly("kept");
            assertThat(store.verify().problems()).isEmpty();
        }
        assertThat(directory.toFile().list()).containsExactly("a.duckdb");
    }

    /** What was private stays so, and a link goes on leading to the one database there is. */
    @Test
    void keepsPermissionsAndLinks() throws Exception {
        Path file = file();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Path link = Files.createSymbolicLink(directory.resolve("link.duckdb"), Path.of("a.duckdb"));
        new Compaction(link, () -> {
                    Path folder = directory.resolve("a.duckdb.compact");
                    assertThat(permissions(folder)).isEqualTo("rwx------");
                    assertThat(permissions(folder.resolve("new.duckdb"))).isEqualTo("rw-------");
                })
                .run();
        assertThat(link).isSymbolicLink();
        assertThat(permissions(file)).isEqualTo("rw-------");
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("a.duckdb", "link.duckdb");
        try (Store store = Store.open(link)) {
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    /** Where files cannot be given away, the test is left out, but never in CI. */
    @Test
    void keepsTheOwner() throws Exception {
        Path file = file();
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        UserPrincipal nobody =
                file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        GroupPrincipal group =
                file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName("nogroup");
        try {
            view.setOwner(nobody);
            view.setGroup(group);
        } catch (IOException e) {
            assumeTrue("true".equals(System.getenv("CI")), "only root can give a file away");
            throw e;
        }
        view.setPermissions(PosixFilePermissions.fromString("rw-------"));
        new Compaction(
                        file,
                        () -> assertThat(owners(directory.resolve("a.duckdb.compact/new.duckdb")))
                                .containsExactly(nobody, group))
                .run();
        assertThat(owners(file)).containsExactly(nobody, group);
        assertThat(permissions(file)).isEqualTo("rw-------");
    }

    private static List<UserPrincipal> owners(Path path) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
            return List.of(attributes.owner(), attributes.group());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void leavesNothingBehindWhenItFails() throws Exception {
        Path file = file();
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> new Compaction(file, () -> {
                            throw new IllegalStateException("full");
                        })
                        .run())
                .isInstanceOf(IllegalStateException.class);
        assertThat(directory.toFile().list()).containsExactly("a.duckdb");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    /** What one leaves that is killed, now or in an earlier version. */
    @Test
    void theNextOpeningClearsUp() throws Exception {
        Path file = file();
        Path folder = Files.createDirectory(directory.resolve("a.duckdb.compact"));
        Files.write(folder.resolve("new.duckdb"), new byte[100]);
        Files.write(folder.resolve("new.duckdb.wal"), new byte[100]);
        Files.write(directory.resolve("a.duckdb.compact.wal"), new byte[100]);
        Store.open(file).close();
        assertThat(directory.toFile().list()).containsExactly("a.duckdb");
    }

    private Path file() {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file)) {
            store.importRun(RandomRun.imported("kept"), "test");
        }
        return file;
    }

    private static String permissions(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void refusesAFileThatSomebodyHas() {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file)) {
            assertThat(store.runs()).isEmpty();
            assertThatThrownBy(() -> Store.compact(file))
                    .isInstanceOfSatisfying(
                            GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_IN_USE));
        }
    }

    private static boolean isInUse(Path file) {
        try (Store store = Store.open(file)) {
            assertThat(store.file()).isEqualTo(file);
            return false;
        } catch (GatehouseException e) {
            return e.code() == ErrorCode.DATABASE_IN_USE;
        }
    }

    /** The process says "open" once it has the file, and ends with an error otherwise. */
    private static boolean isInUseForAnotherProcess(Path file) {
        try (ChildProcess holder = ChildProcess.start(HoldStore.class, file.toString())) {
            return holder.readLine() == null;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
