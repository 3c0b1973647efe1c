package io.gatehouse.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

final class TestResources {
    @Test
    void namesTheFilesOfADirectory() {
        assertThat(Resources.names(TestResources.class, "/io/gatehouse/base"))
                .isSorted()
                .contains("TestResources.class", "package-info.class");
        assertThat(Resources.names(TestResources.class, "/io/gatehouse")).isEmpty();
    }

    @Test
    void namesTheFilesOfAFolderInAJar() {
        assertThat(Resources.names(Assertions.class, "/org/assertj/core/api"))
                .isSorted()
                .contains("Assertions.class")
                .doesNotContain("filter")
                .noneMatch(name -> name.isEmpty() || name.contains("/"))
                .isEqualTo(Resources.names(Assertions.class, "/org/assertj/core/api/"));
    }

    @Test
    void aFolderThatIsMissingIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Resources.names(TestResources.class, "views"))
                .withMessage("There is no resource folder views beside io.gatehouse.base.TestResources");
    }
}
