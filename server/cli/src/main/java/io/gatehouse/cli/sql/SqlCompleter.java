package io.gatehouse.cli.sql;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.completion.Suggestion;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes what the engine suggests, and the shell's own commands. */
final class SqlCompleter implements Completer {
    private final QueryEngine engine;

    SqlCompleter(QueryEngine engine) {
        this.engine = engine;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        if (line.line().startsWith(".")) {
            ShellCommand.NAMES.forEach(name -> candidates.add(new Candidate(name)));
            return;
        }
        int order = 0;
        for (Suggestion suggestion : engine.complete(line.line(), line.cursor())) {
            candidates.add(new Candidate(
                    suggestion.text(),
                    suggestion.text(),
                    null,
                    shortened(suggestion.detail()),
                    null,
                    null,
                    true,
                    order++));
        }
    }

    private static String shortened(String detail) {
        return detail.length() <= 60 ? detail : detail.substring(0, 59) + "…";
    }
}
