package org.amalgam.cli.run;

import org.amalgam.cli.Console;
import org.amalgam.cli.Terminal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * On the embedded model families, what involves no chance agrees with the reference's results, and 20 steps of adaptation do. Of a
 * method's variants one is enough here, the one furthest from a plain average; {@code amalgam compare} runs them all.
 */
@Tag("zoo")
class ZooReferenceTest {

    private static final List<String> RUNS = List.of(
            "simple_average",
            "weighted_average",
            "task_arithmetic_0.3",
            "ties_merging_1.0",
            "fisher_merging",
            "regmean",
            "ada_svd_scale2",
            "seq_",
            "smile_g16_k32_t2");

    @Test
    void agreesWithTheReference() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Console console = new Console(out, out, Terminal.detect(Map.of(), new Properties()), Console.Volume.QUIET);
        boolean within = Compare.execute(true, RUNS, new AmalgamProgram().builtIn(), console);
        assertThat(within).as(printed.toString(StandardCharsets.UTF_8)).isTrue();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains(
                        "task_arithmetic_0.3",
                        "ties_merging_1.0",
                        "fisher_merging",
                        "regmean",
                        "ada_svd_scale2",
                        "smile_g16_k32_t2",
                        "seq_wemoe_depth0",
                        "seq_layer_wise_adamerging",
                        "step by step",
                        "gpt2_ties_merging_1.0",
                        "gpt2_fisher_merging",
                        "gpt2_regmean",
                        "gpt2_seq_layer_wise_adamerging");
    }
}
