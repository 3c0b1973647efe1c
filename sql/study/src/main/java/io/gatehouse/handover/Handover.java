package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DirectoryTree;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Exports in the formats of other programs. A file appears under its name when it is whole; beside it is
 * {@code NAME.meta.json}, which says what it is of.
 *
 * @param session asks the file of the run
 */
public record Handover(Session session, Choices choices) {
    public Handover {
        requireNonNull(session, "session is null");
        requireNonNull(choices, "choices is null");
    }

    /**
     * Writes a file, or a directory where the format is one.
     *
     * @throws GatehouseException RUN_NOT_FOUND; INVALID_ARGUMENT if the format does not take a choice, the run lacks what
     *     it needs, or the file cannot be written; UNKNOWN_SUBJECT if the run does not have that subject
     */
    public void write(HandoverFormat format, Path file) {
        requireTaken(format);
        Path target = file.toAbsolutePath().normalize();
        Path draft = target.resolveSibling(target.getFileName() + ".part");
        try {
            requireFree(target);
            DirectoryTree.delete(draft);
            try {
                HandoverFormat.Written written = format.write(this, draft);
                if (Files.isDirectory(target)) {
                    Files.delete(target);
                }
                Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
                if (format.choices().contains(Choice.RUN)) {
                    Fingerprint.of(exported(), format, written).write(target);
                }
            } finally {
                DirectoryTree.delete(draft);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        } catch (UncheckedIOException e) {
            throw unwritable(file, e);
        }
    }

    private static GatehouseException unwritable(Path file, Exception cause) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "%s cannot be written: %s".formatted(file, cause), cause);
    }

    private void requireTaken(HandoverFormat format) {
        choices.given().forEach((choice, value) -> {
            if (!format.choices().contains(choice)) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "'%s' is only for --as %s".formatted(value, inWords(choice.takers())));
            }
        });
        if (format.choices().contains(Choice.RUN) && choices.run().isEmpty()) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "--as %s needs --run".formatted(format.id()));
        }
    }

    private static String inWords(List<String> names) {
        int last = names.size() - 1;
        return last == 0
                ? names.get(0)
                : "%s or %s".formatted(String.join(", ", names.subList(0, last)), names.get(last));
    }

    /** A file may be replaced, and an empty directory. */
    private static void requireFree(Path target) throws IOException {
        if (!Files.isDirectory(target)) {
            return;
        }
        try (Stream<Path> there = Files.list(target)) {
            if (there.findAny().isPresent()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT, "%s is a directory that is not empty".formatted(target));
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
