package org.amalgam.cli.run;

import org.amalgam.cli.Console;
import org.amalgam.report.ConsoleTable;
import org.amalgam.report.JsonReport;
import org.amalgam.report.RunReport;
import org.amalgam.run.Run;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What a run says when it is done. */
record Summary(Console console) {

    void print(RunReport report, Path folder, Optional<Path> model) {
        console.json(JsonReport.text(report));
        if (!report.accuracy().rows().isEmpty()) {
            console.line("");
            new ConsoleTable(console.columns(), console.bold("x").length() > 1)
                    .lines(report.accuracy())
                    .forEach(console::result);
            console.line("");
        }
        report.finding().ifPresent(sentence -> {
            console.line("");
            console.result(sentence);
            console.line("");
        });
        // As the reference prints it; a merge that adapts nothing has little to profile.
        report.methods().stream()
                .filter(method ->
                        report.methods().size() == 1 && !method.figures().isEmpty())
                .flatMap(method -> method.profile().stream())
                .forEach(profile -> console.line(profile.table()));
        report.notes().forEach(note -> console.item("note", note));
        model.ifPresent(path -> console.item("model", path.toString()));
        console.item("report", folder.resolve(Run.PAGE).toString());
        StringBuilder cost = new StringBuilder(String.format(Locale.ROOT, "%.0f s", report.wallSeconds()));
        report.limits().sentences().forEach(sentence -> cost.append(", ").append(sentence));
        report.limits().peakMemoryBytes().ifPresent(bytes -> cost.append(", peak ")
                .append(Plan.size(bytes)));
        console.item("cost", cost.toString());
    }
}
