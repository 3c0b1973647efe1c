package io.gatehouse.server.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.Json;
import io.gatehouse.study.Part;
import io.gatehouse.study.Study;
import io.gatehouse.study.Study.Absence;
import io.gatehouse.study.report.MarkdownReport;
import java.util.List;
import java.util.Optional;

/** The tool {@code study}: the findings of a report of a run. */
final class StudyTool {
    record Arguments(
            @JsonField("Name of the run; by default the last complete one without an intervention.")
            Optional<String> run,

            @JsonField(
                    value = "Report to run: the paper's findings and further analyses (base), serving or compression;"
                            + " base by default.",
                    values = {"base", "serving", "compression"})
            Optional<String> part) {}

    record Result(
            @JsonField("Name of the run.") String run,
            @JsonField("Whether the run is complete.") String status,
            List<Finding> findings,

            @JsonField("Figures for which the run has no data, and why.")
            List<Absence> absent) {}

    record Finding(
            String section,
            String title,
            List<String> sentences,

            @JsonField("Statement that returns the rows of the figure.")
            String sql) {}

    static final Tool TOOL = new Tool(
            "study",
            "Findings of a run",
            "Runs the SQL of a report on one run and returns its findings as sentences, each with its SQL. It takes"
                    + " some seconds, longer for a large run. The findings are observations: they do not show that an"
                    + " expert is needed.",
            Arguments.class,
            Result.class,
            StudyTool::call);

    private StudyTool() {}

    private static String call(ObjectNode given, Session session) {
        Arguments arguments = Json.read(given, Arguments.class);
        Part part = arguments.part().map(Part::of).orElse(Part.BASE);
        int run = arguments
                .run()
                .map(wanted -> Study.findRun(session, wanted)
                        .orElseThrow(() -> new GatehouseException(
                                ErrorCode.RUN_NOT_FOUND, "There is no run named \"%s\".".formatted(wanted))))
                .or(() -> Study.findLatest(session))
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "There is no complete run without an intervention."));
        Study study = Study.of(session, run, part);
        List<Finding> findings = study.figures().stream()
                .map(evidence -> new Finding(
                        evidence.figure().section(),
                        evidence.figure().title(),
                        MarkdownReport.sentences(evidence),
                        evidence.figure().detail()))
                .toList();
        return Json.string(new Result(study.run().name(), study.run().status(), findings, study.absent()));
    }
}
