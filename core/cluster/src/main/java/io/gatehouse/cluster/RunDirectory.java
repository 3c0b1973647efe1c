package io.gatehouse.cluster;

import io.gatehouse.run.DividedRun;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.transfer.DirectoryRegister;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The directory of a run as its driver writes it. A shard is there once the ledger names it, and a run once {@code runs}
 * does; both are written last. Nobody but the driver puts anything to where readers look.
 */
final class RunDirectory implements AutoCloseable {
    private final SharedDirectory shared;
    private final SparkTempDirectory scratch;
    private final DirectoryRegister register;

    private RunDirectory(SharedDirectory shared, SparkTempDirectory scratch, DirectoryRegister register) {
        this.shared = shared;
        this.scratch = scratch;
        this.register = register;
    }

    static RunDirectory open(SharedDirectory shared) throws IOException {
        SparkTempDirectory scratch = SparkTempDirectory.create();
        try {
            Path copy = Files.createDirectory(scratch.directory().resolve("copy"));
            for (String folder : DirectoryRegister.folders()) {
                shared.download(folder, copy);
            }
            return new RunDirectory(
                    shared,
                    scratch,
                    DirectoryRegister.read(copy, scratch.directory().resolve("register.duckdb")));
        } catch (IOException | RuntimeException e) {
            scratch.close();
            throw e;
        }
    }

    /** Begins a run, or goes on with one. Until it has ended again, readers see nothing of it. */
    DividedRun begin(Function<Store, DividedRun> beginning) throws IOException {
        DividedRun run;
        try (Store store = Store.open(register.file())) {
            run = beginning.apply(store);
        }
        Path told = Files.createDirectory(scratch.directory().resolve("begun"));
        shared.delete(SharedDirectory.staging(run.runId(), ""));
        if (shared.exists(shown(run.runId()))) {
            deleteCard();
            shared.delete(shown(run.runId()));
            writeCard(told, run.runId());
        }
        if (!shared.exists(DirectoryRegister.VERSION + "/" + SharedDirectory.FILE)) {
            publish(told, register.writeVersion(told), run.runId(), "");
        }
        publish(told, register.writeQuestions(told), run.runId(), "");
        if (!shared.exists(
                "%s/%s/%s".formatted(DirectoryRegister.UNFINISHED, shown(run.runId()), SharedDirectory.FILE))) {
            publish(told, register.writeRun(run.runId(), told), run.runId(), DirectoryRegister.UNFINISHED + "/");
        }
        return run;
    }

    /** The shards of a run that are there. */
    BitSet shards(int runId) throws IOException {
        return shared.shards(runId);
    }

    /** Puts the files of a shard to where readers look, and its row of the ledger last. */
    void commit(ComputedShard shard) throws IOException {
        List<String> inOrder = shard.files().stream()
                .sorted(Comparator.comparing(file -> file.startsWith(DirectoryRegister.LEDGER)))
                .toList();
        for (String file : inOrder) {
            shared.publish(shard.folder(), file);
        }
        shared.delete(shard.folder());
    }

    /** Shows a run to readers, with the rollups of all its shards. */
    void end(DividedRun run, RunStatus status, RollupSum rollups) throws IOException {
        rollups.write(run.runId());
        register.end(run.runId(), status);
        Path told = Files.createDirectory(scratch.directory().resolve("ended"));
        deleteCard();
        publish(told, register.writeRun(run.runId(), told), run.runId(), "");
        writeCard(told, run.runId());
        shared.delete(SharedDirectory.staging(run.runId(), ""));
        if (status == RunStatus.COMPLETE) {
            for (String table : shared.folders(DirectoryRegister.UNFINISHED)) {
                shared.delete("%s/%s/run_id=%d".formatted(DirectoryRegister.UNFINISHED, table, run.runId()));
            }
        }
    }

    /**
     * Deletes the dataset card, which lists the runs that readers see, before these change: a driver that is killed then
     * leaves no card rather than one that is wrong. A card that a user has made their own stays.
     */
    private void deleteCard() throws IOException {
        if (shared.text(DirectoryRegister.CARD)
                .filter(DirectoryRegister::isReplaceableCard)
                .isPresent()) {
            shared.delete(DirectoryRegister.CARD);
        }
    }

    private void writeCard(Path local, int runId) throws IOException {
        if (!shared.exists(DirectoryRegister.CARD)) {
            publish(local, register.writeCard(shared.tables(), local), runId, "");
        }
    }

    @Override
    public void close() throws IOException {
        scratch.close();
    }

    /** Folder that shows a run to readers. */
    private static String shown(int runId) {
        return "runs/run_id=" + runId;
    }

    /** @param prefix what the names of the files get before them */
    private void publish(Path local, List<String> names, int runId, String prefix) throws IOException {
        String folder = SharedDirectory.staging(runId, "register");
        for (String name : names) {
            shared.upload(local.resolve(name), folder + "/" + prefix + name);
            shared.publish(folder, prefix + name);
        }
        shared.delete(folder);
    }
}
