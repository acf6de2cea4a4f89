package org.amalgam.cli.run;

import org.amalgam.cli.run.WorkingArea.Ending;
import org.amalgam.method.MethodCatalogue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Every method's model is saved, the same to the bit whether it is judged, and so held in memory, or not. */
class SavedModelTest {

    private static final String STEPS = "method.max_steps=1 method.batch_size=2";
    private static final String PARETO = "method.num_steps=1 method.dataloader_kwargs.batch_size=2";

    /** What keeps the work small, and what a method must be given. */
    private static final Map<String, String> SETTINGS = Map.of(
            "weighted_average",
            "method.weights=[0.5,0.5]",
            "fisher_merging",
            "method.num_fisher_examples=2",
            "regmean",
            "method.num_regmean_examples=2",
            "adamerging",
            STEPS,
            "weight_ensembling_moe",
            STEPS,
            "sparse_weight_ensembling_moe",
            STEPS,
            "pwe_moe_ls_for_clip",
            PARETO,
            "pwe_moe_epo_for_clip",
            PARETO,
            "smile_upscaling",
            "method.gate_k=2 method.k=2",
            "ada_svd",
            "method.gate_k=2 method.num_samples=2");

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
        Path pool = area.path("conf/modelpool/mine.yaml");
        Files.writeString(pool, Files.readString(pool) + "train_datasets: ${.test_datasets}\n");
    }

    static Stream<String> methods() {
        // The last merges nothing.
        return MethodCatalogue.ENTRIES.stream()
                .map(MethodCatalogue.Entry::name)
                .filter(name -> !name.equals("saved_mixture"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void isTheSameHeldOrNot(String method) throws IOException {
        Map<Path, byte[]> held = saved(method, "mine");
        Map<Path, byte[]> written = saved(method, "dummy");
        assertThat(held).isNotEmpty();
        assertThat(written).containsExactlyInAnyOrderEntriesOf(held);
    }

    /** The files with tensors. */
    private Map<Path, byte[]> saved(String method, String judged) throws IOException {
        Path model = area.path("out/" + judged);
        List<String> overrides = new ArrayList<>(
                List.of("method=" + method, "modelpool=mine", "taskpool=" + judged, "merged_model_save_path=" + model));
        if (SETTINGS.containsKey(method)) {
            overrides.addAll(List.of(SETTINGS.get(method).split(" ", -1)));
        }
        Ending ending = area.amalgam(overrides.toArray(String[]::new));
        assertThat(ending.code()).as(ending.err()).isZero();
        Map<Path, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(model)) {
            for (Path file :
                    all.filter(path -> path.toString().endsWith(".safetensors")).toList()) {
                files.put(file.getFileName(), Files.readAllBytes(file));
            }
        }
        return files;
    }
}
