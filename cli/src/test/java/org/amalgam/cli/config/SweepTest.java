package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What {@code -m} makes of a command line. */
class SweepTest {

    private static Multirun multirun(String... overrides) {
        List<Argument> arguments = new ArrayList<>();
        for (String override : overrides) {
            arguments.add(new Argument(override, Source.argument(arguments.size() + 1)));
        }
        return new Composer(List.of(), Fixtures.builtIn()).multirun(arguments);
    }

    private static List<String> values(String text) {
        return new SweptValue("k", text, Source.argument(1)).values(List.of("adamerging", "ties", "adamerging_pp"));
    }

    @Test
    void everyCombinationIsAJobAndTheLastValueChangesFastest() {
        Multirun all = multirun("method=adamerging,task_arithmetic", "seed=1,2", "taskpool=zoo");
        assertThat(all.jobs())
                .extracting(Job::label)
                .containsExactly(
                        "method=adamerging seed=1",
                        "method=adamerging seed=2",
                        "method=task_arithmetic seed=1",
                        "method=task_arithmetic seed=2");
        assertThat(all.keys()).containsExactly("method", "seed");
        assertThat(all.jobs().get(2).config().method().name()).isEqualTo("task_arithmetic");
        assertThat(all.jobs().get(3).config().settings().seed()).isEqualTo(2);
        assertThat(all.overrides()).containsExactly("method=adamerging,task_arithmetic", "seed=1,2", "taskpool=zoo");
    }

    @Test
    void aJobKnowsItsNumberAndValues() {
        Multirun all = multirun(
                "method=adamerging",
                "method.lr=1e-4,1e-3",
                "+modelpool.note='${hydra.job.num}: ${hydra.job.override_dirname}'",
                "hydra.sweep.subdir='${hydra.job.override_dirname}'",
                "hydra.sweep.dir=runs/${now:%Y}",
                "merged_model_save_path=merged_${hydra.job.num}");
        assertThat(all.jobs().get(1).config().modelpool().node().plain()).containsEntry("note", "1: method.lr=1e-3");
        assertThat(all.jobs().get(1).config().settings().hydra().sweep().subdir())
                .isEqualTo("method.lr=1e-3");
        assertThat(all.jobs().get(1).config().overrides()).contains("hydra.job.num=1");
        assertThat(all.folder().toString()).matches("runs/\\d{4}".replace("/", "[/\\\\]"));
        assertThat(multirun("method=adamerging", "modelpool=zoo").jobs()).hasSize(1);
    }

    @Test
    void valuesAreSplitAtTheOutermostCommas() {
        assertThat(values("1e-4,1e-3")).containsExactly("1e-4", "1e-3");
        assertThat(values("[1,2],[3, 4]")).containsExactly("[1,2]", "[3, 4]");
        assertThat(values("{a:1,b:2}, x y ,'a,b'")).containsExactly("{a:1,b:2}", "x y", "'a,b'");
        assertThat(values("a\\,b,c")).containsExactly("a\\,b", "c");
        assertThat(values("choice(a, 'b,c', [1,2])")).containsExactly("a", "'b,c'", "[1,2]");
        assertThat(values("${a.b},2")).containsExactly("${a.b}", "2");
        assertThat(values("")).containsExactly("");
        assertThat(values("one")).containsExactly("one");
    }

    @Test
    void rangesArePythonsAndDecimalsStayDecimals() {
        assertThat(values("range(1,5)")).containsExactly("1", "2", "3", "4");
        assertThat(values("range(3)")).containsExactly("0", "1", "2");
        assertThat(values(" range(0, 0.5, 0.1) ")).containsExactly("0", "0.1", "0.2", "0.3", "0.4");
        assertThat(values("range(5,1,-2)")).containsExactly("5", "3");
        assertThat(values("range(start=1,stop=10,step=4)")).containsExactly("1", "5", "9");
        assertThat(values("range(1e-3,3e-3,1e-3)")).containsExactly("0.001", "0.002");
    }

    @Test
    void globsChooseAmongTheNamesOfAGroup() {
        assertThat(values("glob(ada*)")).containsExactly("adamerging", "adamerging_pp");
        assertThat(values("glob(t?es,*_pp)")).containsExactly("ties", "adamerging_pp");
        assertThat(multirun("method=glob(*)").jobs()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "range(1,5,0) | k=range(1,5,0): a range of step 0 has no end (command line, argument 1).",
                "range(5,1) | k=range(5,1): the range is empty (command line, argument 1).",
                "range(a) | k=range(a): expected a number in the range, found a (command line, argument 1).",
                "range(1,2,3,4) | k=range(1,2,3,4): expected range(stop), range(start,stop) or range(start,stop,step) (command line, argument 1).",
                "range(end=4) | k=range(end=4): a range has start, stop and step, no end (command line, argument 1).",
                "range(start=4) | k=range(start=4): a range needs its stop (command line, argument 1).",
                "range(1e9) | k=range(1e9): more than 10000 values (command line, argument 1).",
                "range(0,1,1e-9999999) | k=range(0,1,1e-9999999): expected a number in the range, found 1e-9999999 (command line, argument 1).",
                "interval(0,1) | k=interval(0,1): interval is for optimisers of settings; write range(start,stop,step) or the values (command line, argument 1).",
                "glob(z*) | k=glob(z*): no file matches (command line, argument 1).",
                "1,,2 | k=1,,2: a value is lacking at character 3 (command line, argument 1).",
                "1,2, | k=1,2,: a value is lacking at character 5 (command line, argument 1).",
                "[1,2 | k=[1,2: the closing ] is lacking (command line, argument 1)."
            })
    void saysWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> values(text))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(message);
    }

    @Test
    void mistakesShowBeforeTheFirstJob() {
        assertThatThrownBy(() -> multirun("method=adamerging", "method.lr=1,2", "seed=1,x"))
                .hasMessage("seed: expected an integer, found \"x\" (command line, argument 3).");
        assertThatThrownBy(() -> multirun("method=adamerging", "seed=range(101)", "threads=range(1,101)"))
                .hasMessageStartingWith("The values ask for more than 10000 jobs (command line, argument 3).");
        assertThatThrownBy(() -> multirun("method=adamerging", "seed=1,2", "merged_model_save_path=out"))
                .hasMessage(
                        "merged_model_save_path: jobs 1 and 2 would both write to out; put ${hydra.job.num} into it");
        assertThatThrownBy(() -> multirun("method=adamerging", "seed=1,2", "hydra.sweep.subdir=x"))
                .hasMessageContaining("hydra.sweep.subdir: jobs 1 and 2 would both write to");
        assertThatThrownBy(() -> multirun("method=adamerging", "seed=1,2", "hydra.sweep.dir=${seed}"))
                .hasMessageContaining("hydra.sweep.dir: a multirun has one folder, found 1 and 2");
    }

    @Test
    void anythingTypedSplitsOrEndsWithASentence() {
        Random random = new Random(7);
        String alphabet = "[]{}(),:'\"\\ ${}a1.e-=#\nrange(choice(";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(14); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                assertThat(values(text.toString())).isNotEmpty();
            } catch (AmalgamException e) {
                assertThat(e.getMessage()).startsWith("k=").doesNotContain("\n");
            }
        }
    }

    @Test
    void whatIsAskedOfTheSurroundings() {
        Resolvers resolvers = new Resolvers(
                Map.of("HOME", "/home/u"), java.time.ZonedDateTime.parse("2024-03-05T06:07:08.000009Z[UTC]"));
        assertThat(resolvers.resolve("now", "%Y-%m-%d_%H-%M-%S.%f %j")).contains("2024-03-05_06-07-08.000009 065");
        assertThat(resolvers.resolve("oc.env", "HOME")).contains("/home/u");
        assertThat(resolvers.resolve("oc.env", "NONE, 'a b'")).contains("a b");
        assertThat(resolvers.resolve("oc.env", "NONE,")).contains("");
        assertThat(resolvers.resolve("oc.env", "NONE, null")).isEmpty();
        assertThat(resolvers.resolve("oc.env", "NONE, 'null'")).contains("null");
        assertThat(new Composer(List.of(), Fixtures.builtIn())
                        .compose("method=adamerging", "merged_model_save_path=${oc.env:AMALGAM_NO_SUCH,null}")
                        .settings()
                        .mergedModelSavePath())
                .isEmpty();
        assertThatThrownBy(() -> resolvers.resolve("now", "%"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("% is no part of a time");
        RunConfig config = new Composer(List.of(), Fixtures.builtIn())
                .compose("method=adamerging", "+modelpool.which=lr", "hydra.run.dir=runs/${method.${modelpool.which}}");
        assertThat(config.settings().hydra().run().dir()).contains(Path.of("runs/1e-3"));
    }
}
