package org.amalgam.hub;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** What names a repository, and what does not. */
class HubReferenceTest {

    @ParameterizedTest
    @CsvSource({
        "openai/clip-vit-base-patch32, openai/clip-vit-base-patch32, main",
        "org/name.v1@v1.0, org/name.v1, v1.0",
        "org/name@refs/pr/1, org/name, refs/pr/1",
        "gpt2, gpt2, main",
    })
    void aNameAndARevision(String text, String name, String revision) {
        assertThat(HubReference.of(text)).contains(new HubReference(name, revision));
    }

    @Test
    void aReferenceIsWrittenAsItIsRead() {
        assertThat(HubReference.of("org/name@v1").orElseThrow()).hasToString("org/name@v1");
        assertThat(HubReference.of("org/name").orElseThrow()).hasToString("org/name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "./models/clip",
                "../clip",
                "a/b/c",
                "org/",
                "org/..",
                "org/na--me",
                "org/x.git",
                "org/name@",
                "org/name@../../x",
                "org/name@a//b",
                "org/name@/a",
                "org/a b",
                "org/name@a\u0000b",
                "C:\\models\\clip",
                "org/name@-x",
                "org/name@refs/../../../x",
            })
    void somethingElse(String text) {
        assertThat(HubReference.of(text)).isEmpty();
    }

    @Test
    void aSnapshotsFolderTellsWhatItIsOf() {
        String commit = "0123456789012345678901234567890123456789";
        Path snapshot = Path.of("/cache/models--openai--clip-vit/snapshots").resolve(commit);

        assertThat(HubReference.ofSnapshot(snapshot)).contains(new HubReference("openai/clip-vit", commit));
        assertThat(HubReference.ofSnapshot(Path.of("/models/clip"))).isEmpty();
        assertThat(HubReference.ofSnapshot(Path.of("/"))).isEmpty();
        assertThat(HubReference.ofSnapshot(Path.of("/mine/snapshots/clip"))).isEmpty();
    }
}
