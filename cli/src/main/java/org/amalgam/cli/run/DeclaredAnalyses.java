package org.amalgam.cli.run;

import org.amalgam.analysis.AnalysisCatalogue;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.ConfigFile;
import org.amalgam.cli.config.Group;
import org.amalgam.settings.Source;

import java.util.List;
import java.util.Optional;

/** The analyses' group files, made from what their records declare. */
final class DeclaredAnalyses implements BuiltIn {

    @Override
    public List<String> names(String folder) {
        return folder.equals(Group.ANALYSIS.key())
                ? AnalysisCatalogue.ENTRIES.stream()
                        .map(AnalysisCatalogue.Entry::name)
                        .toList()
                : List.of();
    }

    @Override
    public Optional<ConfigFile> find(String folder, String name) {
        return folder.equals(Group.ANALYSIS.key())
                ? AnalysisCatalogue.find(name)
                        .map(entry -> ConfigFile.of(entry.settings().defaults(Source.DEFAULTS), entry.summary()))
                : Optional.empty();
    }
}
