package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.bench.store.Latencies;
import java.util.List;

/**
 * What came of clients that all wanted something at the same time, while runs were written.
 *
 * @param small time of the small questions, from the connection to the last byte of the answer
 * @param checks looks at what a run has of its questions
 * @param exports answers of many rows that were read whole
 * @param cancels queries that were cancelled
 * @param departures clients that left before or in the middle of an answer
 * @param runs runs that were completed meanwhile
 * @param faults the first of what should not have been, such as a part of a question; empty if all was well
 */
public record Load(
        Latencies small, int checks, int exports, int cancels, int departures, int runs, List<String> faults) {
    public Load {
        requireNonNull(small, "small is null");
        faults = List.copyOf(faults);
    }
}
