package io.gatehouse.cluster;

import io.gatehouse.store.transfer.DirectoryRegister;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A directory that driver and executors all reach: a path of a mounted disk, {@code hdfs:}, {@code s3a:} or whatever
 * else Hadoop knows. Names are given relative to it.
 */
final class SharedDirectory {
    /** Name of the one file that a folder has. A folder without it is of no account: whoever made it was killed. */
    static final String FILE = "data.parquet";

    private final FileSystem files;
    private final Path root;

    private SharedDirectory(FileSystem files, Path root) {
        this.files = files;
        this.root = root;
    }

    static SharedDirectory open(String directory, Configuration configuration) throws IOException {
        Path root = new Path(directory);
        FileSystem files = root.getFileSystem(configuration);
        // Hadoop would put a file of sums beside each, and start a chmod for every file and folder.
        FileSystem plain = files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
        return new SharedDirectory(plain, plain.makeQualified(root));
    }

    /** Folder in which files of a run wait. */
    static String staging(int runId, String name) {
        return "%s/staging/run_id=%d/%s".formatted(DirectoryRegister.UNFINISHED, runId, name);
    }

    URI uri() {
        return root.toUri();
    }

    String path(String name) {
        return new Path(root, name).toString();
    }

    boolean exists(String name) throws IOException {
        return files.exists(new Path(root, name));
    }

    /** Whether nothing is in it, or it is not there. */
    boolean isEmpty() throws IOException {
        return !files.exists(root) || files.listStatus(root).length == 0;
    }

    /** Copies a folder with all that is in it, if it is there, to a local directory of the same relative name. */
    void download(String folder, java.nio.file.Path local) throws IOException {
        Path from = new Path(root, folder);
        if (!files.exists(from)) {
            return;
        }
        for (FileStatus found : files.listStatus(from)) {
            String name = folder + "/" + found.getPath().getName();
            if (found.isDirectory()) {
                download(name, local);
            } else if (!found.getPath().getName().startsWith(".")) {
                java.nio.file.Path to = local.resolve(name);
                Files.createDirectories(to.getParent());
                try (var in = files.open(found.getPath());
                        OutputStream out = Files.newOutputStream(to)) {
                    in.transferTo(out);
                }
            }
        }
    }

    /** Brings all files of a local directory below a folder, and returns their relative names. */
    List<String> uploadAll(java.nio.file.Path local, String folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<java.nio.file.Path> paths = Files.walk(local)) {
            for (java.nio.file.Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = local.relativize(path).toString();
                upload(path, folder + "/" + name);
                names.add(name);
            }
        }
        return names;
    }

    /** Brings a local file, all the way to the disk. */
    void upload(java.nio.file.Path local, String name) throws IOException {
        try (FSDataOutputStream out = files.create(new Path(root, name), true)) {
            Files.copy(local, out);
            out.hsync();
        }
    }

    /** Names of the folders in a folder. */
    List<String> folders(String name) throws IOException {
        List<String> folders = new ArrayList<>();
        for (FileStatus found : files.listStatus(new Path(root, name))) {
            if (found.isDirectory()) {
                folders.add(found.getPath().getName());
            }
        }
        return folders;
    }

    /** Names of the folders of tables, and of the folders in these. */
    Set<String> tables() throws IOException {
        Set<String> tables = new TreeSet<>();
        for (FileStatus table : files.listStatus(root)) {
            String name = table.getPath().getName();
            if (table.isDirectory() && !name.startsWith(".") && !name.startsWith("_")) {
                tables.add(name);
                folders(name).forEach(folder -> tables.add(name + "/" + folder));
            }
        }
        return tables;
    }

    /** The text of a file, if it is there. */
    Optional<String> text(String name) throws IOException {
        if (!exists(name)) {
            return Optional.empty();
        }
        try (var in = files.open(new Path(root, name))) {
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Puts a file of a folder to its place, whatever is there: a reader sees all of it or nothing. */
    void publish(String folder, String name) throws IOException {
        Path to = new Path(root, name);
        files.mkdirs(to.getParent());
        files.delete(to, false);
        if (!files.rename(new Path(new Path(root, folder), name), to)) {
            throw new IOException("%s could not be moved out of %s".formatted(name, folder));
        }
    }

    void delete(String name) throws IOException {
        files.delete(new Path(root, name), true);
    }

    /** The shards of a run that the ledger has. */
    BitSet shards(int runId) throws IOException {
        BitSet shards = new BitSet();
        try {
            for (FileStatus folder : files.listStatus(new Path(root, ledger(runId)))) {
                String name = folder.getPath().getName();
                if (name.startsWith("shard=") && files.exists(new Path(folder.getPath(), FILE))) {
                    shards.set(Integer.parseInt(name.substring("shard=".length())));
                }
            }
        } catch (FileNotFoundException e) {
            // Nothing of the run is there yet.
        }
        return shards;
    }

    private static String ledger(int runId) {
        return DirectoryRegister.LEDGER + "/run_id=" + runId;
    }
}
