package org.amalgam;

import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.method.AdaMerging;
import org.amalgam.method.AdaSvd;
import org.amalgam.method.MergedModel;
import org.amalgam.pool.ImageTaskSpec;
import org.amalgam.pool.ImageTasks;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** The Java lines of README.md: they compile, they run, and the page has no others. */
class ReadmeExampleTest {

    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();

    @Test
    void theExampleMerges(@TempDir Path out) {
        Path zoo = PROJECT.resolve("zoo");

        // begin
        Path clip = zoo.resolve("models/clip-vit-tiny192-patch8");
        List<String> names = List.of("mnist", "letters");
        Map<String, Path> experts = new LinkedHashMap<>();
        names.forEach(name -> experts.put(name, Path.of(clip + "_" + name)));
        try (Scope scope = Scope.open();
                ImageTasks images = new ImageTasks(out.resolve("cache"), 256L << 20)) {
            List<Task> tasks = names.stream()
                    .map(name ->
                            new ImageTaskSpec(name, List.of(zoo.resolve("data/" + name)), "test", List.of(), List.of()))
                    .map(spec -> images.open(spec, clip, clip))
                    .toList();
            ModelPool pool = ModelPool.open(clip, experts, () -> tasks);
            AdaMerging method = Settings.bind(AdaMerging.class, Map.of("max_steps", 5));
            MergedModel merged = method.merge(pool, Run.quiet(0, out));
            AtomicFolder.write(out.resolve("merged"), folder -> pool.writer().save(merged.weights(), folder));
        }
        // end

        assertThat(Checkpoint.open(out.resolve("merged")).slots()).hasSize(71);
        assertThat(out.resolve("merging_weights.pt")).exists();
    }

    @Test
    void theSecondExampleMerges(@TempDir Path out) {
        Path zoo = PROJECT.resolve("zoo");
        Path clip = zoo.resolve("models/clip-vit-tiny192-patch8");
        List<String> names = List.of("mnist", "letters");
        Map<String, Path> experts = new LinkedHashMap<>();
        names.forEach(name -> experts.put(name, Path.of(clip + "_" + name)));
        try (Scope scope = Scope.open();
                ImageTasks images = new ImageTasks(out.resolve("cache"), 256L << 20)) {
            List<Task> training = names.stream()
                    .map(name -> new ImageTaskSpec(
                            name, List.of(zoo.resolve("data/" + name)), "train", List.of(), List.of()))
                    .map(spec -> images.open(spec, clip, clip))
                    .toList();

            // begin
            ModelPool pool = ModelPool.open(clip, experts, ModelPool.none("test_datasets"), () -> training);
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put("scaling_factor", null);
            settings.put("num_samples", 16);
            settings.put("gate_k", 16);
            settings.put("average_experts", false);
            settings.put("device", "cuda");
            settings.put("upscaling_accelerator", null);
            settings.put("seed", 0);
            AdaSvd algorithm = Settings.bind(AdaSvd.class, settings);
            Weights merged = algorithm.merge(pool, Run.quiet(0, out)).weights();
            // end

            assertThat(merged.names()).isEqualTo(pool.ancestor().weights().names());
        }
    }

    @Test
    void theReadmeHasTheseLines() throws IOException {
        String source = Files.readString(PROJECT.resolve("core/src/test/java/org/amalgam/ReadmeExampleTest.java"))
                .replace("\r\n", "\n");
        String readme = Files.readString(PROJECT.resolve("README.md")).replace("\r\n", "\n");
        Matcher example =
                Pattern.compile("(?ms)^( +)// begin\n(.*?)^\\1// end\n").matcher(source);
        int examples = 0;
        while (example.find()) {
            String lines = example.group(2).replaceAll("(?m)^" + example.group(1), "");
            assertThat(readme).contains("```java\n" + lines + "```\n");
            examples++;
        }
        assertThat(readme.split("```java\n", -1)).hasSize(examples + 1);
    }
}
