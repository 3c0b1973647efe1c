package io.gatehouse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What the boundaries of the modules leave open: who may know whom inside them, and what nobody may do. */
final class TestArchitecture {
    private static final String TENSORFLOW = "org.tensorflow..";
    private static final String DUCKDB = "org.duckdb..";

    /** Read once: JUnit makes an instance for each test. */
    private static final JavaClasses GATEHOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // The parser is generated, and not held to the rules of written code.
            .withImportOption(location -> !location.contains("/io/gatehouse/sql/grammar/"))
            // What the driver's jar carries of others is under a name of ours.
            .withImportOption(location -> !location.contains("/io/gatehouse/jdbc/shaded/"))
            // Its copies of other modules use those, and are read where they come from.
            .withImportOption(
                    location -> !location.contains("/gatehouse-jdbc-") || location.contains("/io/gatehouse/jdbc/"))
            .importPackages("io.gatehouse");

    @Test
    void checkpointKnowsFilesOnly() {
        mustNotKnow("checkpoint", TENSORFLOW, "io.gatehouse.engine..");
    }

    @Test
    void datasetKnowsFilesOnly() {
        mustNotKnow("dataset", TENSORFLOW, "io.gatehouse.quiz..", "io.gatehouse.store..", "io.gatehouse.run..");
    }

    @Test
    void traceKnowsFilesAndTheStoreOnly() {
        mustNotKnow("trace", TENSORFLOW, "io.gatehouse.engine..", "io.gatehouse.quiz..", "io.gatehouse.run..");
    }

    @Test
    void weightsKnowCheckpointsAndTheStoreOnly() {
        mustNotKnow(
                "weights", TENSORFLOW, DUCKDB, "io.gatehouse.engine..", "io.gatehouse.quiz..", "io.gatehouse.run..");
    }

    @Test
    void quizKnowsNeitherTensorFlowNorStore() {
        mustNotKnow("quiz", TENSORFLOW, DUCKDB, "io.gatehouse.engine..", "io.gatehouse.store..");
    }

    @Test
    void chatKnowsTemplatesAndTheTokenizerOnly() {
        mustNotKnow("chat", TENSORFLOW, "io.gatehouse.engine..");
    }

    @Test
    void trainingDoesNotKnowWhatRunsTheModelLater() {
        mustNotKnow("sample.training", DUCKDB, "io.gatehouse.engine..", "io.gatehouse.store..", "io.gatehouse.run..");
    }

    @Test
    void clusterKnowsRunsAndDirectoriesOnly() {
        mustNotKnow(
                "cluster",
                TENSORFLOW,
                DUCKDB,
                "io.gatehouse.checkpoint..",
                "io.gatehouse.engine..",
                "io.gatehouse.quiz..");
    }

    /** Both of its ends: what it is told to read, and by whom, it knows from outside. */
    @Test
    void workerKnowsManifestsAndShardsOnly() {
        mustNotKnow(
                "worker",
                TENSORFLOW,
                DUCKDB,
                "io.gatehouse.checkpoint..",
                "io.gatehouse.engine..",
                "io.gatehouse.quiz..",
                "io.gatehouse.chat..");
    }

    @Test
    void completionKnowsModelsOnly() {
        mustNotKnow("completion", TENSORFLOW, DUCKDB, "io.gatehouse.store..", "io.gatehouse.quiz..");
    }

    /** The engine is in the process of the model. */
    @Test
    void modelsOfAServerAreKnownByTheirProcesses() {
        mustNotKnow(
                "server.model",
                TENSORFLOW,
                DUCKDB,
                "io.gatehouse.checkpoint..",
                "io.gatehouse.engine..",
                "io.gatehouse.chat..",
                "io.gatehouse.store..");
    }

    /** What it runs, it runs through the sessions of the server. */
    @Test
    void pgKnowsSessionsOnly() {
        mustNotKnow("pg", TENSORFLOW, DUCKDB, "io.gatehouse.store..", "io.gatehouse.engine..", "io.gatehouse.run..");
    }

    @Test
    void packagesDoNotDependOnEachOtherInCircles() {
        slices().matching("io.gatehouse.(*)..").should().beFreeOfCycles().check(GATEHOUSE);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gatehouse.cli..")
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .check(GATEHOUSE);
    }

    @Test
    void noStaticMutableState() {
        assertThat(GATEHOUSE.stream()
                        .flatMap(type -> type.getFields().stream())
                        .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                        .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL))
                        .map(field -> field.getFullName()))
                // Of an executor of Spark nothing else lasts from one task to the next.
                .containsExactly("io.gatehouse.cluster.LoadedModel.last");
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() {
        Set<String> packages = GATEHOUSE.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        Set<String> described = GATEHOUSE.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .filter(type -> type.isAnnotatedWith(NullMarked.class))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet());
        assertThat(described).containsAll(packages).isNotEmpty();
    }

    private void mustNotKnow(String ownPackage, String... others) {
        noClasses()
                .that()
                .resideInAPackage("io.gatehouse." + ownPackage + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .check(GATEHOUSE);
    }
}
