package org.amalgam.cli.run;

import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.ConfigFile;
import org.amalgam.cli.config.Group;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.SettingsSchema;
import org.amalgam.settings.Source;

import java.util.List;
import java.util.Optional;

/** The settings of pools with their defaults, so that a key which a pool's file leaves out can be set without a {@code +}. */
final class DeclaredPools implements BuiltIn {

    @Override
    public List<String> names(String folder) {
        return List.of();
    }

    @Override
    public Optional<ConfigFile> find(String folder, String name) {
        return Optional.empty();
    }

    /** Without {@code models}: a pool that lacks it, perhaps for a slip of the pen, is told so with what it says instead. */
    @Override
    public MapNode declared(Group group) {
        return switch (group) {
            case METHOD, ANALYSIS -> MapNode.empty(Source.DEFAULTS);
            case MODELPOOL ->
                SettingsSchema.of(ModelPoolSettings.class)
                        .defaults(Source.DEFAULTS)
                        .without("models");
            case TASKPOOL -> SettingsSchema.of(TaskPoolSettings.class).defaults(Source.DEFAULTS);
        };
    }
}
