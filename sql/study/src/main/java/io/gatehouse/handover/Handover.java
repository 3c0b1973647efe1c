package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DirectoryTree;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Exports in the formats of other programs. A file appears under its name when it is whole; the file beside it says what it
 * is of, {@link HandoverFormat#fingerprintOf}.
 *
 * @param session asks the file of the run
 */
public record Handover(Session session, Choices choices) {
    /** What is beside a database that DuckDB or a server has open. */
    private static final List<String> IN_USE = List.of(".wal", ".server");

    public Handover {
        requireNonNull(session, "session is null");
        requireNonNull(choices, "choices is null");
    }

    /**
     * Writes a file, or a directory where the format is one.
     *
     * @throws GatehouseException RUN_NOT_FOUND; INVALID_ARGUMENT if the format does not take a choice, the run lacks what
     *     it needs, the file may be a database in use, or it cannot be written; INSUFFICIENT_DISK if the disk is full;
     *     UNKNOWN_SUBJECT if the run does not have that subject
     */
    public void write(HandoverFormat format, Path file) {
        requireTaken(format);
        Path target = file.toAbsolutePath().normalize();
        try {
            requireFree(target);
            // Under a fixed name there could be a file of the user.
            Path drafts = Files.createTempDirectory(directoryOf(target), ".gatehouse-export");
            try {
                write(format, target, drafts);
            } finally {
                DirectoryTree.delete(drafts);
            }
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        } catch (UncheckedIOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    private void write(HandoverFormat format, Path target, Path drafts) throws IOException {
        String name = String.valueOf(target.getFileName());
        Path draft = drafts.resolve(name);
        HandoverFormat.Written written = format.write(this, draft);
        if (Files.isDirectory(target)) {
            Files.delete(target);
        }
        Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
        if (format.choices().contains(Choice.RUN)) {
            Path fingerprint = drafts.resolve(format.fingerprintOf(name));
            Fingerprint.of(exported(), format, written).write(fingerprint);
            Files.move(
                    fingerprint,
                    target.resolveSibling(format.fingerprintOf(name)),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Path directoryOf(Path target) throws IOException {
        return requireNonNull(target.getParent(), "target is the root").toRealPath();
    }

    private void requireTaken(HandoverFormat format) {
        choices.given().forEach((choice, value) -> {
            if (!format.choices().contains(choice)) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "%s %s is only for --as %s.".formatted(choice.option(), value, inWords(choice.takers())));
            }
        });
        if (format.choices().contains(Choice.RUN) && choices.run().isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--as %s needs --run NAME.".formatted(format.id()));
        }
    }

    private static String inWords(List<String> names) {
        int last = names.size() - 1;
        return last == 0
                ? names.get(0)
                : "%s or %s".formatted(String.join(", ", names.subList(0, last)), names.get(last));
    }

    /** A file may be replaced, and an empty directory; a database that somebody has open may not. */
    private static void requireFree(Path target) throws IOException {
        for (String suffix : IN_USE) {
            Path beside = target.resolveSibling(target.getFileName() + suffix);
            if (Files.exists(beside)) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "%s may be a database in use, because %s exists; give another --output."
                                .formatted(target, beside.getFileName()));
            }
        }
        if (!Files.isDirectory(target)) {
            return;
        }
        try (Stream<Path> there = Files.list(target)) {
            if (there.findAny().isPresent()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT, "%s is a directory that is not empty.".formatted(target));
            }
        }
    }

    /** The run that is exported. */
    ExportedRun exported() {
        return ExportedRun.of(session, choices.run().orElseThrow());
    }

    /** The tokens that are counted. */
    String scope(ExportedRun run) {
        return choices.scope().orElse(run.scope());
    }
}
