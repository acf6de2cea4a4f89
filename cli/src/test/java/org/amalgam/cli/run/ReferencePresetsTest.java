package org.amalgam.cli.run;

import org.amalgam.cli.config.Composer;
import org.amalgam.cli.config.Group;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.data.dataset.ClassNames;
import org.amalgam.settings.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The reference's pools by its names, and what they name on the hub. */
class ReferencePresetsTest {

    private static final List<String> EIGHT =
            List.of("sun397", "stanford-cars", "resisc45", "eurosat", "svhn", "gtsrb", "mnist", "dtd");

    @TempDir
    Path folder;

    static List<String> modelPools() {
        return new AmalgamProgram().builtIn().names(Group.MODELPOOL);
    }

    static List<String> taskPools() {
        return new AmalgamProgram().builtIn().names(Group.TASKPOOL);
    }

    private static RunConfig compose(String... overrides) {
        return new Composer(List.of(), new AmalgamProgram().builtIn()).compose(overrides);
    }

    private static ModelPoolSettings models(String name) {
        RunConfig config = compose("method=simple_average", "modelpool=" + name);
        return Settings.bind(ModelPoolSettings.class, config.modelpool().node(), "modelpool", name);
    }

    private static TaskPoolSettings tasks(String... overrides) {
        String[] all = new String[overrides.length + 1];
        all[0] = "method=simple_average";
        System.arraycopy(overrides, 0, all, 1, overrides.length);
        return Settings.bind(TaskPoolSettings.class, compose(all).taskpool().node(), "taskpool", "pool");
    }

    @ParameterizedTest
    @MethodSource("modelPools")
    void everyModelPoolBinds(String name) {
        ModelPoolSettings pool = models(name);
        assertThat(pool.ancestor().text()).isNotBlank();
        assertThat(pool.experts().keySet()).containsAll(pool.testDatasets().keySet());
        assertThat(models(name.substring(name.indexOf('/') + 1))).isEqualTo(pool);
        assertThat(new AmalgamProgram()
                        .builtIn()
                        .find("modelpool", name)
                        .orElseThrow()
                        .summary())
                .endsWith(".");
    }

    @ParameterizedTest
    @MethodSource("taskPools")
    void everyTaskPoolBindsAndItsClassesAreKnown(String name) {
        TaskPoolSettings pool = tasks("taskpool=" + name);
        // GPT-2's task models bring their heads along, so no names of classes are needed.
        if (!name.matches(".*gpt-?2.*")) {
            assertThat(pool.testDatasets().keySet())
                    .allMatch(task -> ClassNames.of(task).isPresent());
        }
        assertThat(new AmalgamProgram()
                        .builtIn()
                        .find("taskpool", name)
                        .orElseThrow()
                        .summary())
                .endsWith(".");
    }

    @ParameterizedTest
    @CsvSource({"base-patch32", "base-patch16", "large-patch14"})
    void thePoolsOfEightTasks(String tower) {
        String clip = "clip-vit-" + tower;
        ModelPoolSettings pool = models(clip + "_TA8");
        assertThat(pool.ancestor().text()).isEqualTo("openai/" + clip);
        assertThat(pool.imageProcessor().text()).isEqualTo("openai/" + clip);
        assertThat(pool.experts().keySet()).containsExactlyElementsOf(EIGHT);
        pool.experts().forEach((task, model) -> assertThat(model.text()).isEqualTo("tanganke/" + clip + "_" + task));
        assertThat(pool.testDatasets().keySet()).containsExactlyElementsOf(EIGHT);
        assertThat(pool.testDatasets().get("stanford-cars").path()).isEqualTo("tanganke/stanford_cars");
        assertThat(pool.testDatasets().get("svhn").name()).contains("cropped_digits");
        assertThat(pool.trainDatasets().values()).allMatch(data -> data.split().equals("train"));
        assertThat(models(clip + "_TA8_model_only").testDatasets()).isEmpty();
    }

    @Test
    void theTaskPoolsHeads() {
        ModelReference ancestor = models("clip-vit-large-patch14_TA8").ancestor();
        assertThat(tasks("taskpool=clip-vit-classification_TA8").clip(ancestor).text())
                .isEqualTo("openai/clip-vit-base-patch32");
        assertThat(tasks("taskpool=clip-vit-classification_TA8_L14")
                        .clip(ancestor)
                        .text())
                .isEqualTo("openai/clip-vit-large-patch14");
        TaskPoolSettings named =
                tasks("taskpool=clip-vit-classification_TA8", "taskpool.clip_model=openai/clip-vit-large-patch14");
        assertThat(named.clip(ancestor).text()).isEqualTo("openai/clip-vit-large-patch14");
        assertThat(named.processor(ancestor).text()).isEqualTo("openai/clip-vit-large-patch14");
        assertThat(tasks("taskpool=dummy").clip(ancestor)).isEqualTo(ancestor);
        assertThat(tasks("taskpool=clip-vit-single-task_gtsrb").testDatasets().keySet())
                .containsExactly("gtsrb");
    }

    @Test
    void aReferenceIsAPathWhereThereIsOne() {
        ModelReference hub = reference("openai/clip-vit-base-patch32@main");
        assertThat(hub.isHub()).isTrue();
        assertThat(reference(folder.toString()).path()).isEqualTo(folder);
        for (String path : List.of("models", "./a/b", "../a", "/a/b", "a/b/c", "a\\b")) {
            assertThat(reference(path).isHub()).as(path).isFalse();
        }
        assertThat(ModelReference.of(ModelReference.Kind.DATASET, "mnist", "test_datasets.mnist.path")
                        .isHub())
                .isTrue();
        assertThat(reference(Map.of("pretrained_model_name_or_path", "org/x", "_target_", "t"))
                        .text())
                .isEqualTo("org/x");
        assertThatThrownBy(() -> reference(List.of("a")))
                .hasMessage("modelpool.models.a: expected the path of a model or its name on the hub, found [a]");
        assertThatThrownBy(() -> reference(" ")).hasMessageContaining("found  ");
    }

    private static ModelReference reference(Object given) {
        return ModelReference.of(ModelReference.Kind.MODEL, given, "modelpool.models.a");
    }
}
