package org.amalgam.cli.run;

import org.amalgam.checkpoint.HostTensor;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** What a user can get wrong about preferences, their grid and learned routers ends in one sentence before anything is learned. */
class ParetoInputTest {

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
        String pool = """
                models:
                  _pretrained_: %1$s/models/clip
                  birds: %1$s/models/birds
                  digits: %1$s/models/digits
                train_datasets:
                  birds: {path: %1$s/data/birds, classnames: [owl, wren]}
                  digits: {path: %1$s/data/digits, split: test, classnames: [zero, one, two]}
                """.formatted(folder);
        area.write("conf/modelpool/trained.yaml", pool);
        area.write(
                "conf/modelpool/turned.yaml",
                pool.replaceAll("( +birds: .*/models/birds\\n)( +digits: .*/models/digits\\n)", "$2$1"));
    }

    private Ending amalgam(String pool, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "method=pwe_moe_ls_for_clip",
                "modelpool=" + pool,
                "taskpool=mine",
                "method.num_steps=1",
                "method.dataloader_kwargs.batch_size=2"));
        arguments.addAll(List.of(more));
        return area.amalgam(arguments.toArray(String[]::new));
    }

    private static void sentence(Ending ending, String... parts) {
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err().lines().filter(line -> line.startsWith("amalgam:")))
                .singleElement()
                .asString()
                .contains(parts);
    }

    private void refuses(Ending ending, String... parts) throws IOException {
        sentence(ending, parts);
        assertThat(area.files()).noneMatch(file -> file.startsWith("logs") && file.endsWith(".safetensors"));
    }

    @Test
    void aRayWithoutAPositiveSum() throws IOException {
        refuses(
                amalgam("trained", "method.preference=[0, 0]"),
                "method.preference: expected weights of at least 0 with a sum above 0, found [0.0, 0.0]");
        refuses(amalgam("trained", "method.preference=[-3, 1]"), "method.preference", "found [-3.0, 1.0]");
        refuses(amalgam("trained", "method.preference=[2, -1]"), "method.preference", "found [2.0, -1.0]");
        refuses(amalgam("trained", "method.preference=[1]"), "a weight for each of the 2 tasks birds, digits");
    }

    @Test
    void aGridThatIsTooLarge() throws IOException {
        refuses(
                amalgam("trained", "method.eval_grid_m=2001"),
                "method.eval_grid_m: a grid of 2001 levels for 2 tasks has 2001 points, at most 2000 are judged");
        refuses(amalgam("trained", "method.eval_grid_m=1"), "method.eval_grid_m: 1 levels", "at least 2 levels");
        refuses(amalgam("trained", "method.eval_grid_n=3"), "method.eval_grid_n: a grid for 3 tasks");
    }

    @Test
    void aTaskWithoutATrainingSplit() throws IOException {
        refuses(amalgam("mine"), "modelpool.train_datasets: there is none for the model birds");
        refuses(amalgam("trained", "~modelpool.train_datasets.digits"), "there is none for the model digits");
        refuses(amalgam("trained", "modelpool.train_datasets.digits.split=train"), "data/digits", "train", "test");
    }

    @Test
    void aCheckpointOfAnotherRouterOrPool() {
        Ending learned = amalgam("trained", "method.eval_grid=false", "fabric.loggers.name=learned");
        assertThat(learned.err()).doesNotContain("amalgam:");
        String given = "method.checkpoint_path=" + area.path("logs/learned/version_0/routers.safetensors");

        sentence(amalgam("trained", given, "method.router_hidden_layers=1"), "set method.router_hidden_layers=2");
        sentence(amalgam("trained", given, "method.init_lambda=0.5"), "set method.init_lambda=0.3");
        sentence(amalgam("trained", given, "method.upscale_attn=false"), "router tensors beginning with");
        sentence(
                amalgam("turned", given),
                "routers for the 2 tasks birds, digits; the model pool has the 2 tasks digits, birds");
        sentence(
                amalgam(
                        "trained",
                        "method.checkpoint_path=" + area.model("birds").resolve("model.safetensors")),
                "model.safetensors is no file of routers");
        area.change("birds", tensors -> {
            Map<String, HostTensor> changed = new LinkedHashMap<>(tensors);
            changed.computeIfPresent(
                    "vision_model.post_layernorm.bias",
                    (name, bias) -> HostTensor.ofFloats(new float[bias.toFloats().length], bias.dimensions()));
            return changed;
        });
        sentence(amalgam("trained", given), "the routers were learned with another model birds");
    }
}
