package org.amalgam.cli.run;

import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.ConfigFile;
import org.amalgam.cli.config.Group;
import org.amalgam.method.MethodCatalogue;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.Source;

import java.util.List;
import java.util.Optional;

/** The methods' group files, made from what their records declare. */
final class DeclaredMethods implements BuiltIn {

    @Override
    public List<String> names(String folder) {
        return folder.equals(Group.METHOD.key())
                ? MethodCatalogue.ENTRIES.stream()
                        .map(MethodCatalogue.Entry::name)
                        .toList()
                : List.of();
    }

    @Override
    public Optional<ConfigFile> find(String folder, String name) {
        return folder.equals(Group.METHOD.key())
                ? MethodCatalogue.find(name).map(entry -> ConfigFile.of(defaults(entry), entry.summary()))
                : Optional.empty();
    }

    /** Every method has a {@code name}, also one whose record does not choose by it. */
    private static MapNode defaults(MethodCatalogue.Entry<?> entry) {
        MapNode declared = entry.settings().defaults(Source.DEFAULTS);
        return declared.get("name").isPresent()
                ? declared
                : MapNode.empty(Source.DEFAULTS)
                        .with("name", ScalarNode.of(entry.name(), Source.DEFAULTS))
                        .overlaid(declared);
    }
}
