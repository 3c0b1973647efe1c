package io.gatehouse.cli.check;

import static java.util.Objects.requireNonNull;

import io.gatehouse.cli.check.Outcome.Erred;
import io.gatehouse.cli.check.Outcome.Failed;
import io.gatehouse.cli.check.Outcome.Passed;
import io.gatehouse.cli.terminal.CellText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The outcomes of the checks of a file, each printed as soon as it is known. */
record CheckReport(Path file, List<Result> results) {
    /** A check that has run. */
    record Result(String name, Outcome outcome, double seconds) {
        Result {
            requireNonNull(name, "name is null");
            requireNonNull(outcome, "outcome is null");
        }
    }

    CheckReport {
        requireNonNull(file, "file is null");
        results = List.copyOf(results);
    }

    /** Runs all checks of a file; one that fails does not stop the others. */
    static CheckReport of(CheckFile file, Checker checker, PrintWriter out) {
        List<Result> results = new ArrayList<>();
        for (Check check : file.checks()) {
            long start = System.nanoTime();
            Outcome outcome = checker.outcome(check);
            results.add(new Result(check.name(), outcome, (System.nanoTime() - start) / 1e9));
            print(CellText.visible(check.name()), outcome, out);
            out.flush();
        }
        return new CheckReport(file.file(), results);
    }

    private static void print(String name, Outcome outcome, PrintWriter out) {
        if (outcome instanceof Failed failed) {
            out.printf("FAILED  %s: %s%n%s", name, CellText.visible(failed.reason()), failed.details());
        } else if (outcome instanceof Erred erred) {
            out.printf("ERROR   %s: %s%n%s", name, message(erred), erred.place());
        } else {
            out.printf("ok      %s%n", name);
        }
    }

    /** The message of an error on one line. */
    static String message(Erred erred) {
        return CellText.visible(String.valueOf(erred.error().getMessage()));
    }

    int exitCode() {
        return results.stream()
                .mapToInt(result -> result.outcome().exitCode())
                .max()
                .orElse(0);
    }

    /** The number of checks with this outcome. */
    long count(Class<? extends Outcome> kind) {
        return results.stream()
                .filter(result -> kind.isInstance(result.outcome()))
                .count();
    }

    /** Prints how many checks passed. */
    void printTotal(PrintWriter out) {
        out.printf(
                "%s: %d of %d checks passed, %d failed, %d had an error%n",
                file, count(Passed.class), results.size(), count(Failed.class), count(Erred.class));
        out.flush();
    }
}
