package io.gatehouse.dataset;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One record of a dataset file.
 *
 * @param place where it stands, for messages: file and line, or file and row
 * @param fields its columns in the order of the file
 */
public record DatasetRecord(String place, ObjectNode fields) {
    public DatasetRecord {
        requireNonNull(place, "place is null");
        requireNonNull(fields, "fields is null");
    }
}
