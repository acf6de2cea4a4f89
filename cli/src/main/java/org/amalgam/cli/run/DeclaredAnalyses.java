package org.amalgam.cli.run;

import org.amalgam.analysis.AnalysisCatalogue;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.Group;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Source;

import java.util.List;
import java.util.Optional;

/** The analyses' group files, made from what their records declare. */
final class DeclaredAnalyses implements BuiltIn {

    @Override
    public List<String> names(Group group) {
        return group == Group.ANALYSIS
                ? AnalysisCatalogue.ENTRIES.stream()
                        .map(AnalysisCatalogue.Entry::name)
                        .toList()
                : List.of();
    }

    @Override
    public Optional<MapNode> find(Group group, String name) {
        return group == Group.ANALYSIS
                ? AnalysisCatalogue.find(name).map(entry -> entry.settings().defaults(Source.DEFAULTS))
                : Optional.empty();
    }
}
