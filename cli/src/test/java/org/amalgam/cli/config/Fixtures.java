package org.amalgam.cli.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Group files for tests, written in place. */
public final class Fixtures {

    private Fixtures() {}

    /** Two methods, a pool and its tasks; texts by {@code group/name}. */
    public static BuiltIn builtIn() {
        return of(Map.of(
                "method/adamerging",
                        "{name: clip_layer_wise_adamerging, lr: 1e-3, max_steps: 1000, weights: null, save_merging_weights: null}",
                "method/task_arithmetic", "{scaling_factor: 0.3}",
                "modelpool/zoo", "{models: {_pretrained_: zoo/clip}}",
                "modelpool/CLIPVisionModelPool/clip-vit-base-patch32_TA8", "{models: {_pretrained_: hub}}",
                "data/images/svhn", "{svhn: {path: org/svhn}}",
                "data/images/mnist", "{mnist: {path: org/mnist}}",
                "taskpool/zoo", "{clip_model: zoo/clip}",
                "taskpool/clip-vit-classification_TA8", "{clip_model: hub}"));
    }

    /** Files by {@code group/name}. */
    static BuiltIn of(Map<String, String> texts) {
        return new BuiltIn() {
            @Override
            public List<String> names(String folder) {
                String start = folder.isEmpty() ? "" : folder + "/";
                return texts.keySet().stream()
                        .filter(name -> name.startsWith(start))
                        .map(name -> name.substring(start.length()))
                        .filter(name -> !folder.isEmpty() || !name.contains("/"))
                        .sorted()
                        .toList();
            }

            @Override
            public Optional<ConfigFile> find(String folder, String name) {
                String path = folder.isEmpty() ? name : folder + "/" + name;
                return Optional.ofNullable(texts.get(path)).map(text -> ConfigFile.read(text, "built-in " + name));
            }
        };
    }
}
