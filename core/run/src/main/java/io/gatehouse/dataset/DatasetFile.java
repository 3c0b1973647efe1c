package io.gatehouse.dataset;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import io.gatehouse.json.JsonValue;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A file of records: its format goes by its name. */
public enum DatasetFile {
    JSON_LINES(".jsonl") {
        @Override
        void records(Path file, Consumer<JsonValue> reader) {
            JsonLines.read(file, reader);
        }
    },
    PARQUET(".parquet") {
        @Override
        void records(Path file, Consumer<JsonValue> reader) {
            ColumnFile.readParquet(file, reader);
        }
    },
    /** Arrow's IPC format, as a stream (how Hugging Face's datasets keep it) or as a file. */
    ARROW(".arrow") {
        @Override
        void records(Path file, Consumer<JsonValue> reader) {
            ColumnFile.readArrow(file, reader);
        }
    };

    private final String suffix;

    DatasetFile(String suffix) {
        this.suffix = suffix;
    }

    /** How names of such files end, in lower case. */
    public String suffix() {
        return suffix;
    }

    /** The format of a file by its name; none if it is not the name of a dataset file. */
    public static Optional<DatasetFile> find(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> name.endsWith(format.suffix))
                .findFirst();
    }

    /**
     * Gives the records of a file to the reader, one after the other in the order of the file.
     *
     * @throws GatehouseException FILE_NOT_FOUND; INVALID_ARGUMENT if the name says no format; CORRUPT_DATASET with the
     *     place of what is wrong
     */
    public static void read(Path file, Consumer<JsonValue> reader) {
        requireNonNull(reader, "reader is null");
        DatasetFile format = find(file)
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "%s does not end in %s"
                                .formatted(
                                        file,
                                        Arrays.stream(values())
                                                .map(DatasetFile::suffix)
                                                .collect(Collectors.joining(" or ")))));
        FileFailure.requireFile(file);
        ReadingNote.of(file);
        format.records(file, reader);
    }

    abstract void records(Path file, Consumer<JsonValue> reader);
}
