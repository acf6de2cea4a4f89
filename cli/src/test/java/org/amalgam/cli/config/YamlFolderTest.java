package org.amalgam.cli.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

class YamlFolderTest {

    @TempDir
    Path folder;

    @Test
    void groupsThatAreLinksAreListed() throws IOException {
        Path shared = Files.createDirectories(folder.resolve("shared/ours"));
        Files.writeString(shared.resolve("mine.yaml"), "a: 1\n");
        Files.writeString(shared.resolveSibling("all.yaml"), "a: 1\n");
        Path conf = Files.createDirectories(folder.resolve("conf"));
        Files.createSymbolicLink(conf.resolve("method"), folder.resolve("shared"));
        Files.createDirectories(conf.resolve("modelpool"));
        Files.createSymbolicLink(conf.resolve("modelpool/ours"), shared);
        YamlFolder groups = new YamlFolder(conf);

        assertThat(groups.names("method")).containsExactly("all", "ours/mine");
        assertThat(groups.names("modelpool")).containsExactly("ours/mine");
        assertThat(groups.find("method", "ours/mine")).isPresent();
    }
}
