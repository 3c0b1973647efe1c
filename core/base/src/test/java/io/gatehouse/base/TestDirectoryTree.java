package io.gatehouse.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestDirectoryTree {
    @TempDir
    private Path directory;

    @Test
    void deletesWhatIsInADirectoryAndNothingBehindALink() throws IOException {
        Path kept = Files.writeString(directory.resolve("kept"), "text");
        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("inner/leaf"));
        Files.writeString(tree.resolve("inner/leaf/file"), "text");
        Files.createSymbolicLink(tree.resolve("inner/link"), directory);

        DirectoryTree.clear(tree);
        assertThat(tree).isEmptyDirectory();
        DirectoryTree.delete(tree);
        DirectoryTree.delete(tree);
        assertThat(tree).doesNotExist();
        assertThat(kept).hasContent("text");
    }
}
