package io.gatehouse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
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

/** The tree shows the architecture, and this keeps it so: who may know whom. */
final class TestArchitecture {
    private static final String TENSORFLOW = "org.tensorflow..";
    private static final String DUCKDB = "org.duckdb..";
    private static final String CALCITE = "org.apache.calcite..";

    private final JavaClasses gatehouse = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // What the tests of the core lend to those of the other modules.
            .withImportOption(location -> !location.contains("-tests.jar!"))
            // The parser is generated, and not held to the rules of written code.
            .withImportOption(location -> !location.contains("/io/gatehouse/sql/grammar/"))
            // What the driver's jar carries of others is under a name of ours.
            .withImportOption(location -> !location.contains("/io/gatehouse/jdbc/shaded/"))
            .importPackages("io.gatehouse");

    @Test
    void errorKnowsNothingElse() {
        classes()
                .that()
                .resideInAPackage("io.gatehouse.error")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.gatehouse.error", "java..", "org.jspecify..")
                .check(gatehouse);
    }

    @Test
    void checkpointKnowsFilesOnly() {
        mustNotKnow("checkpoint", TENSORFLOW, DUCKDB, CALCITE, "io.gatehouse.engine..", "io.gatehouse.store..");
    }

    @Test
    void engineKnowsNeitherQuizNorStore() {
        mustNotKnow("engine", DUCKDB, CALCITE, "io.gatehouse.quiz..", "io.gatehouse.store..", "io.gatehouse.run..");
    }

    @Test
    void datasetKnowsFilesOnly() {
        mustNotKnow(
                "dataset", TENSORFLOW, CALCITE, "io.gatehouse.quiz..", "io.gatehouse.store..", "io.gatehouse.run..");
    }

    @Test
    void traceKnowsFilesAndTheStoreOnly() {
        mustNotKnow("trace", TENSORFLOW, CALCITE, "io.gatehouse.engine..", "io.gatehouse.quiz..", "io.gatehouse.run..");
    }

    @Test
    void weightsKnowCheckpointsAndTheStoreOnly() {
        mustNotKnow(
                "weights",
                TENSORFLOW,
                DUCKDB,
                CALCITE,
                "io.gatehouse.engine..",
                "io.gatehouse.quiz..",
                "io.gatehouse.run..");
    }

    @Test
    void quizKnowsNeitherTensorFlowNorStore() {
        mustNotKnow("quiz", TENSORFLOW, DUCKDB, CALCITE, "io.gatehouse.engine..", "io.gatehouse.store..");
    }

    @Test
    void chatKnowsTemplatesAndTheTokenizerOnly() {
        mustNotKnow(
                "chat",
                TENSORFLOW,
                DUCKDB,
                CALCITE,
                "io.gatehouse.engine..",
                "io.gatehouse.quiz..",
                "io.gatehouse.store..",
                "io.gatehouse.run..");
    }

    @Test
    void textAndBenchKnowNothingElse() {
        classes()
                .that()
                .resideInAnyPackage("io.gatehouse.text", "io.gatehouse.bench")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.gatehouse.text", "io.gatehouse.bench", "java..", "org.jspecify..")
                .check(gatehouse);
    }

    @Test
    void trainingDoesNotKnowWhatRunsTheModelLater() {
        mustNotKnow(
                "sample.training",
                DUCKDB,
                CALCITE,
                "io.gatehouse.engine..",
                "io.gatehouse.store..",
                "io.gatehouse.run..");
    }

    @Test
    void storeKnowsNeitherModelNorQuiz() {
        mustNotKnow(
                "store",
                TENSORFLOW,
                CALCITE,
                "io.gatehouse.checkpoint..",
                "io.gatehouse.engine..",
                "io.gatehouse.quiz..",
                "io.gatehouse.run..");
    }

    @Test
    void clusterKnowsRunsAndDirectoriesOnly() {
        mustNotKnow(
                "cluster",
                TENSORFLOW,
                DUCKDB,
                CALCITE,
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
                CALCITE,
                "io.gatehouse.checkpoint..",
                "io.gatehouse.engine..",
                "io.gatehouse.quiz..",
                "io.gatehouse.chat..");
    }

    @Test
    void runNeverTouchesCalcite() {
        mustNotKnow("run", CALCITE, "io.gatehouse.sql..");
    }

    @Test
    void queryNeverTouchesTheModel() {
        mustNotKnow("sql", TENSORFLOW, "io.gatehouse.checkpoint..", "io.gatehouse.engine..", "io.gatehouse.run..");
    }

    @Test
    void nothingImportsUpward() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.gatehouse.error..",
                        "io.gatehouse.bench..",
                        "io.gatehouse.checkpoint..",
                        "io.gatehouse.dataset..",
                        "io.gatehouse.duckdb..",
                        "io.gatehouse.engine..",
                        "io.gatehouse.memory..",
                        "io.gatehouse.quiz..",
                        "io.gatehouse.store..",
                        "io.gatehouse.run..",
                        "io.gatehouse.worker..",
                        "io.gatehouse.trace..",
                        "io.gatehouse.weights..",
                        "io.gatehouse.chat..",
                        "io.gatehouse.text..",
                        "io.gatehouse.sample..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.gatehouse.cluster..",
                        "io.gatehouse.sql..",
                        "io.gatehouse.study..",
                        "io.gatehouse.server..",
                        "io.gatehouse.cli..")
                .check(gatehouse);
        noClasses()
                .that()
                .resideInAnyPackage("io.gatehouse.cluster..", "io.gatehouse.sql..", "io.gatehouse.study..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.gatehouse.server..", "io.gatehouse.cli..")
                .check(gatehouse);
        noClasses()
                .that()
                .resideInAPackage("io.gatehouse.server..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.gatehouse.cli..")
                .check(gatehouse);
    }

    @Test
    void packagesDoNotDependOnEachOtherInCircles() {
        slices().matching("io.gatehouse.(*)..").should().beFreeOfCycles().check(gatehouse);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gatehouse.cli..")
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .check(gatehouse);
    }

    @Test
    void noStaticMutableState() {
        assertThat(gatehouse.stream()
                        .flatMap(type -> type.getFields().stream())
                        .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                        .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL))
                        .map(field -> field.getFullName()))
                // Of an executor of Spark nothing else lasts from one task to the next.
                .containsExactly("io.gatehouse.cluster.LoadedModel.last");
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() {
        Set<String> packages = gatehouse.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        Set<String> described = gatehouse.stream()
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
                .check(gatehouse);
    }
}
