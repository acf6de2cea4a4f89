package org.amalgam.cli.run;

import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Samples without labels serve every method that does not look at them; nothing is judged by them. */
class UnlabelledTest {

    @TempDir
    Path folder;

    private WorkingArea area;

    /** The birds lie in one folder: owl and wren together. */
    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
        Path plain = Files.createDirectories(area.path("data/plain"));
        for (String name : List.of("owl", "wren")) {
            for (int i = 0; i < 3; i++) {
                Files.copy(area.path("data/birds/" + name + "/" + i + ".png"), plain.resolve(name + i + ".png"));
            }
        }
        area.write("conf/modelpool/plain.yaml", """
                models:
                  _pretrained_: %1$s/models/clip
                  birds: %1$s/models/birds
                  digits: %1$s/models/digits
                test_datasets:
                  birds: {path: %1$s/data/plain, classnames: [owl, wren]}
                  digits: {path: %1$s/data/digits, split: test, classnames: [zero, one, two]}
                train_datasets: ${.test_datasets}
                """.formatted(folder));
        area.write(
                "conf/taskpool/plain.yaml",
                Files.readString(area.path("conf/taskpool/mine.yaml")).replace("data/birds", "data/plain"));
    }

    private Ending amalgam(String... more) {
        List<String> arguments = new ArrayList<>(List.of("modelpool=plain"));
        arguments.addAll(List.of(more));
        return area.amalgam(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "method=adamerging method.max_steps=1 taskpool=dummy",
                "method=adamerging method.max_steps=1 taskpool=mine",
                "method=weight_ensembling_moe method.max_steps=1 taskpool=dummy",
                "method=regmean method.num_regmean_examples=4 taskpool=dummy",
                "method=fisher_merging method.num_fisher_examples=4 taskpool=dummy"
            })
    void serveWhereNoLabelIsRead(String command) {
        Ending ending = amalgam(command.split(" ", -1));
        assertThat(ending.code()).as(ending.err()).isZero();
    }

    /** Before anything is computed: no folder of a run is there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "method=adamerging method.max_steps=1 taskpool=plain",
                "method=task_arithmetic taskpool=plain",
                "analysis=loss_landscape taskpool=plain",
                "method=fisher_merging method.labels=data method.num_fisher_examples=4 taskpool=dummy",
                "method=pwe_moe_ls_for_clip method.num_steps=1 taskpool=dummy",
                "method=pwe_moe_epo_for_clip method.num_steps=1 taskpool=dummy"
            })
    void areRefusedByNameWhereLabelsAreRead(String command) throws IOException {
        Set<String> before = area.files();
        Ending ending = amalgam(command.split(" ", -1));
        assertThat(ending.err())
                .contains("amalgam: " + area.path("data/plain")
                        + ": its images lie in no subfolders, and the labels of birds" + " are needed");
        assertThat(ending.code()).isEqualTo(2);
        assertThat(area.files()).isEqualTo(before);
    }
}
