package io.gatehouse.bench.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What came of everything that clients did to a server. */
final class HostileDiary {
    /** Of an ordinary question, by where the hostile clients are. */
    enum Phase {
        BEFORE,
        BESIDE,
        AFTER
    }

    private final Map<String, Integer> limits = new HashMap<>();
    private final SortedMap<String, Integer> answers = new TreeMap<>();
    private final SortedMap<String, Integer> runs = new TreeMap<>();
    private int runsBesides;
    private final Map<Phase, List<Duration>> asked = new EnumMap<>(Phase.class);
    private final List<String> faults = new ArrayList<>();

    /** A statement with its limit in seconds. */
    synchronized String sent(String id, int seconds) {
        limits.put(id, seconds);
        return id;
    }

    /** The limit of a statement in seconds; that of an unknown one is none. */
    synchronized int limit(String id) {
        return limits.getOrDefault(id, Integer.MAX_VALUE);
    }

    synchronized void answered(String status) {
        answers.merge(status, 1, Integer::sum);
    }

    synchronized void ran(String outcome) {
        runs.merge(outcome, 1, Integer::sum);
    }

    /** An ordinary run ended beside hostile clients. */
    synchronized void ranBesides() {
        runsBesides++;
    }

    synchronized int runsBesides() {
        return runsBesides;
    }

    /** The time of an ordinary question. */
    synchronized void asked(Phase phase, Duration time) {
        asked.computeIfAbsent(phase, first -> new ArrayList<>()).add(time);
    }

    /** The times of the ordinary questions of some phases. */
    synchronized List<Duration> asked(Phase... phases) {
        return Stream.of(phases)
                .flatMap(phase -> asked.getOrDefault(phase, List.of()).stream())
                .toList();
    }

    /** What an ordinary client must not meet with. */
    synchronized void fault(String what) {
        faults.add(what);
    }

    synchronized SortedMap<String, Integer> answers() {
        return new TreeMap<>(answers);
    }

    synchronized SortedMap<String, Integer> runs() {
        return new TreeMap<>(runs);
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }
}
