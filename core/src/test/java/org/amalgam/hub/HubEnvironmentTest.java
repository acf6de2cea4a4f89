package org.amalgam.hub;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The variables of huggingface_hub mean here what they mean there. */
class HubEnvironmentTest {

    @TempDir
    Path home;

    private HubEnvironment of(Map<String, String> variables) {
        return HubEnvironment.of(variables, home);
    }

    @Test
    void withoutVariables() {
        HubEnvironment environment = of(Map.of());

        assertThat(environment.endpoint()).hasToString("https://huggingface.co");
        assertThat(environment.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(environment.token()).isEmpty();
        assertThat(environment.offline()).isFalse();
    }

    @Test
    void theCacheIsWhereTheMostParticularVariableSays() {
        assertThat(of(Map.of("XDG_CACHE_HOME", "/x")).cache()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(of(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h")).cache()).isEqualTo(Path.of("/h/hub"));
        assertThat(of(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old")).cache())
                .isEqualTo(Path.of("/old"));
        assertThat(of(Map.of("HUGGINGFACE_HUB_CACHE", "/old", "HF_HUB_CACHE", "/c"))
                        .cache())
                .isEqualTo(Path.of("/c"));
        assertThat(of(Map.of("HF_HOME", "~/hf")).cache()).isEqualTo(home.resolve("hf/hub"));
        assertThat(of(Map.of("HF_HOME", "${SCRATCH}/$NAME/$NONE", "SCRATCH", "/s", "NAME", "n"))
                        .cache())
                .isEqualTo(Path.of("/s/n/$NONE/hub"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "YES", "on"})
    void offline(String value) {
        assertThat(of(Map.of("HF_HUB_OFFLINE", value)).offline()).isTrue();
        assertThat(of(Map.of("TRANSFORMERS_OFFLINE", value)).offline()).isTrue();
    }

    @Test
    void theTokenOfTheVariableComesBeforeTheFile() throws IOException {
        Files.writeString(Files.createDirectories(home.resolve("hf")).resolve("token"), "hf_file\n");
        Map<String, String> variables = Map.of("HF_HOME", home.resolve("hf").toString());

        assertThat(of(variables).token().orElseThrow().authorization()).isEqualTo("Bearer hf_file");
        assertThat(of(Map.of("HF_HOME", home.resolve("hf").toString(), "HF_TOKEN", " hf_variable "))
                        .token()
                        .orElseThrow()
                        .authorization())
                .isEqualTo("Bearer hf_variable");
        assertThat(of(Map.of("HF_HOME", home.resolve("hf").toString(), "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))
                        .token())
                .isEmpty();
    }

    @Test
    void noTextShowsTheToken() {
        HubEnvironment environment = of(Map.of("HF_TOKEN", "hf_secret"));

        assertThat(environment.toString()).doesNotContain("hf_secret").contains("***");
        assertThatThrownBy(() -> of(Map.of("HF_TOKEN", "hf_secret\nX-Injected: yes")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("HF_TOKEN holds blanks")
                .message()
                .doesNotContain("hf_secret");
    }

    @Test
    void theEndpoint() {
        assertThat(of(Map.of("HF_ENDPOINT", "http://127.0.0.1:8080/")).endpoint())
                .hasToString("http://127.0.0.1:8080");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://hub", "hub", "http://", "http://a b", "https://user:password@hub", "https://hub?x=1"})
    void whatIsNoEndpointIsRefusedAndNotRepeated(String value) {
        assertThatThrownBy(() -> of(Map.of("HF_ENDPOINT", value)))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("HF_ENDPOINT: expected the address of a hub, such as https://huggingface.co");
    }
}
