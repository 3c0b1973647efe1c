package io.gatehouse.cli.check;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.NearNames;
import io.gatehouse.cli.check.Check.Baseline;
import io.gatehouse.cli.sql.StatementSplitter;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of checks: statements, and in the comment lines directly above each what it is called and what its rows must be
 * equal to.
 */
record CheckFile(Path file, List<Check> checks) {
    private static final String NAME = "name";
    private static final String SAME = "same";
    private static final String SAME_AS = "same as";
    private static final String TOLERANCE = "tolerance";
    private static final List<String> KEYS = List.of(NAME, SAME_AS, TOLERANCE);

    private static final Pattern SETTING = Pattern.compile("-- *([A-Za-z][A-Za-z -]*?) *: *(.*?) *");

    /** Quoted texts and comments, which hold no parameter, or one. */
    private static final Pattern RUN = Pattern.compile(
            "'[^']*'|\"[^\"]*\"|--[^\n]*|/\\*.*?\\*/|(?<![:\\w]):run\\b", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    CheckFile {
        requireNonNull(file, "file is null");
        checks = List.copyOf(checks);
    }

    /** @throws GatehouseException if the file cannot be read, has no statement, or says what cannot be meant */
    static CheckFile read(Path file) {
        List<Check> checks = new ArrayList<>();
        for (String statement : StatementSplitter.split(text(file))) {
            checks.add(check(file, statement, checks.size() + 1));
        }
        if (checks.isEmpty()) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "%s has no statement.".formatted(file));
        }
        return new CheckFile(file, checks);
    }

    /** Whether a statement has {@code :run}. */
    boolean takesRun() {
        return checks.stream().anyMatch(Check::takesRun);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private static Check check(Path file, String statement, int number) {
        String place = "%s, statement %d".formatted(file, number);
        Map<String, String> settings = settings(place, statement);
        boolean takesRun =
                RUN.matcher(statement).results().anyMatch(part -> part.group().equalsIgnoreCase(":run"));
        return new Check(
                settings.getOrDefault(NAME, "statement %d".formatted(number)),
                statement,
                takesRun,
                baseline(place, settings, takesRun));
    }

    private static Optional<Baseline> baseline(String place, Map<String, String> settings, boolean takesRun) {
        Optional<String> tolerance = Optional.ofNullable(settings.get(TOLERANCE));
        Optional<String> run = Optional.ofNullable(settings.get(SAME_AS));
        if (run.isEmpty()) {
            if (tolerance.isPresent()) {
                throw invalid("%s has a tolerance and no \"-- same as: RUN\".".formatted(place));
            }
            return Optional.empty();
        }
        if (!takesRun) {
            throw invalid("%s must be the same as run '%s', but has no :run, so that it is the same for every run."
                    .formatted(place, run.get()));
        }
        return Optional.of(new Baseline(
                run.get(),
                tolerance
                        .map(text -> Tolerance.of(text)
                                .orElseThrow(() -> invalid(
                                        "%s has the tolerance '%s'; it must be a number such as 0.01, or a share such as 2%%."
                                                .formatted(place, text))))
                        .orElse(Tolerance.NONE)));
    }

    /** What the comment lines directly above a statement say; a blank line parts them from other comments. */
    private static Map<String, String> settings(String place, String statement) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String line : statement.lines().toList()) {
            if (line.isBlank()) {
                settings.clear();
                continue;
            }
            if (!line.strip().startsWith("--")) {
                break;
            }
            Matcher setting = SETTING.matcher(line.strip());
            if (setting.matches()) {
                put(place, settings, setting.group(1), setting.group(2));
            }
        }
        return settings;
    }

    private static void put(String place, Map<String, String> settings, String key, String value) {
        if (!KEYS.contains(key)) {
            meant(key).ifPresent(near -> {
                throw invalid("%s has '%s:' in its comment; did you mean '%s:'?".formatted(place, key, near));
            });
            return;
        }
        if (value.isEmpty()) {
            throw invalid("%s has an empty '%s:'.".formatted(place, key));
        }
        if (settings.put(key, value) != null) {
            throw invalid("%s has '%s:' twice.".formatted(place, key));
        }
    }

    /** The key that another one most likely stands for; "same" alone is nearer to "name". */
    private static Optional<String> meant(String key) {
        return key.toLowerCase(Locale.ROOT).startsWith(SAME) ? Optional.of(SAME_AS) : NearNames.nearest(key, KEYS);
    }

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
