package io.gatehouse.sql.jdbc;

import io.gatehouse.sample.routing.SyntheticRun;
import io.gatehouse.testing.jdbc.DriverAnswers;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the driver answers over a file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestFileDriverAnswers {
    private DriverAnswers answers;

    @BeforeAll
    void write(@TempDir Path directory) {
        Path file = directory.resolve("routing.duckdb");
        SyntheticRun.write(file, 10_000);
        answers = new DriverAnswers("jdbc:gatehouse:" + file);
    }

    @Test
    void daysAndMomentsAreTimestamps() throws Exception {
        answers.daysAndMomentsAreTimestamps();
    }

    @Test
    void parametersHaveNoNames() throws Exception {
        answers.parametersHaveNoNames();
    }

    @Test
    void parametersAreTypedByWhatStandsAroundThem() throws Exception {
        answers.parametersAreTypedByWhatStandsAroundThem();
    }

    @Test
    void nullHasAType() throws Exception {
        answers.nullHasAType();
    }

    @Test
    void anEmptyResultHasNoPlaceBeforeItsFirstRow() throws Exception {
        answers.anEmptyResultHasNoPlaceBeforeItsFirstRow();
    }

    @Test
    void textsComeAndGoInEveryForm() throws Exception {
        answers.textsComeAndGoInEveryForm();
    }

    @Test
    void listsAreTextsWhereAsked() throws Exception {
        answers.listsAreTextsWhereAsked();
    }

    @Test
    void textColumnsHaveALengthInBytes() throws Exception {
        answers.textColumnsHaveALengthInBytes();
    }

    @Test
    void unknownConstantsAreRefused() throws Exception {
        answers.unknownConstantsAreRefused();
    }
}
