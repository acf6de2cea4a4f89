package org.amalgam.cli.run;

import org.amalgam.cli.Console;
import org.amalgam.cli.Version;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.report.AccuracyTable;
import org.amalgam.report.AccuracyTable.Row;
import org.amalgam.report.HtmlReport;
import org.amalgam.report.JsonReport;
import org.amalgam.report.Limits;
import org.amalgam.report.MethodSection;
import org.amalgam.report.RunReport;
import org.amalgam.report.Versions;
import org.amalgam.run.Machine;
import org.amalgam.run.Run;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Natives;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Merges the embedded model family with every method and compares. */
final class Demo {

    private static final Path FOLDER = Path.of("outputs", "demo");

    private record Entry(String label, List<String> overrides) {}

    /** A short adaptation with a longer stride: within a minute as far as the reference's settings come in several. */
    private static final List<String> ADAPTATION =
            List.of("method=adamerging", "method.max_steps=120", "method.lr=4e-3");

    private static final List<Entry> ENTRIES = List.of(
            new Entry("simple_average", List.of("method=simple_average")),
            new Entry("weighted_average", List.of("method=weighted_average", "method.weights=[1, 1, 0.5, 1, 1, 1.5]")),
            new Entry("task_arithmetic", List.of("method=task_arithmetic")),
            new Entry("ties_merging", List.of("method=ties_merging", "method.scaling_factor=1.0")),
            new Entry(
                    "magnitude_pruning",
                    List.of("method=magnitude_pruning", "method.prune_ratio=0.8", "method.scaling_factor=0.7")),
            new Entry("dare", List.of("method=dare", "method.scaling_factor=0.5")),
            new Entry("fisher_merging", List.of("method=fisher_merging")),
            new Entry("regmean", List.of("method=regmean")),
            new Entry("adamerging task-wise", Session.with(ADAPTATION, "method.name=clip_task_wise_adamerging")),
            new Entry("adamerging++ layer-wise", Session.with(ADAPTATION, "method.ties_threshold=20")),
            new Entry("adamerging layer-wise", ADAPTATION));

    private Demo() {}

    static void execute(BuiltIn builtIn, Console console) {
        Instant started = Instant.now();
        console.item("demo", ENTRIES.size() + " merges of the embedded model family, judged on six real data sets");
        List<Row> rows = new ArrayList<>();
        List<MethodSection> sections = new ArrayList<>();
        try (Session session = new Session(ZooGroups.ZOO, builtIn, console)) {
            rows.addAll(session.baselines());
            for (Entry entry : ENTRIES) {
                console.item("merge", entry.label());
                Session.Outcome outcome = session.merge(
                        entry.label(),
                        entry.overrides(),
                        FOLDER.resolve(entry.label().replace(' ', '_')));
                rows.add(outcome.row());
                sections.add(outcome.section());
            }
            RunReport report = new RunReport(
                    "%d methods on %d experts of %s"
                            .formatted(
                                    ENTRIES.size(),
                                    session.pool().experts().size(),
                                    Folders.name(session.pool()
                                            .ancestor()
                                            .checkpoint()
                                            .folder())),
                    sections,
                    new AccuracyTable(session.tasks(), rows),
                    Reports.inputs(session.pool(), Optional.empty(), Crew.ALONE),
                    "amalgam demo",
                    Versions.ofThisMachine(Version.text(), Natives.LIBTORCH),
                    OptionalLong.of(0),
                    started,
                    Duration.between(started, Instant.now()).toMillis() / 1e3,
                    Limits.ofMemory(Machine.peakResidentBytes()),
                    List.of(
                            "The adaptive methods look at the test images, without their labels.",
                            "zero-shot is the ancestor before fine-tuning; it has seen images of all six tasks."));
            JsonReport.write(report, FOLDER.resolve(Run.REPORT));
            HtmlReport.write(report, FOLDER.resolve(Run.PAGE));
            new Summary(console).print(report, FOLDER, java.util.Optional.empty());
        }
    }
}
