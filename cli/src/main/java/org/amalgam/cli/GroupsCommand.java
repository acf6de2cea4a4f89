package org.amalgam.cli;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.Composer;
import org.amalgam.cli.config.ConfigFile;
import org.amalgam.cli.config.Group;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Spelling;
import org.amalgam.settings.Yaml;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code amalgam groups [GROUP [NAME]]}: the files that can be chosen, what they are for, and the settings they can hold. */
@Command(
        name = "groups",
        sortOptions = false,
        parameterListHeading = "%n",
        optionListHeading = "%nOptions%n",
        description = "List the groups, the files of one with its settings, or what one file says.")
final class GroupsCommand implements Callable<Integer> {

    private final AmalgamCommand root;

    @Parameters(
            index = "0",
            paramLabel = "GROUP",
            arity = "0..1",
            description = "method, analysis, modelpool, taskpool, or a folder such as model/clip-vit.")
    private String group;

    @Parameters(index = "1", paramLabel = "NAME", arity = "0..1", description = "The file to show.")
    private String name;

    @Option(
            names = {"-cd", "--config-dir"},
            paramLabel = "DIR",
            description = "A folder with groups of your own. Repeatable.")
    private List<Path> configDirs = List.of();

    GroupsCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        BuiltIn files =
                Composer.files(root.configDirs(configDirs), root.program().builtIn());
        Console console = root.console();
        if (group == null) {
            groups(files, console);
        } else if (name == null) {
            files(files, console);
        } else {
            MapNode content = found(files).content();
            console.result(Yaml.write(content));
            console.jsonOf(content::plain);
        }
        return 0;
    }

    private static void groups(BuiltIn files, Console console) {
        for (Group each : Group.values()) {
            console.result(console.bold(each.key()) + "  " + each.question() + "; default "
                    + each.usual().orElse("none"));
            files.names(each).forEach(file -> console.result("  " + file));
            console.result("");
        }
        console.line("amalgam groups GROUP describes a group's files and settings.");
        console.jsonOf(() -> Arrays.stream(Group.values())
                .map(each -> {
                    Map<String, Object> tree = new LinkedHashMap<>();
                    tree.put("name", each.key());
                    tree.put("question", each.question());
                    tree.put("default", each.usual().orElse(null));
                    tree.put("files", files.names(each));
                    return tree;
                })
                .toList());
    }

    private void files(BuiltIn files, Console console) {
        if (names(files).isEmpty()) {
            List<String> known = Arrays.stream(Group.values()).map(Group::key).toList();
            throw new AmalgamException(group + ": no such group."
                    + Spelling.hint(group, known, " Groups: " + String.join(", ", known) + "."));
        }
        console.table(new Table(
                List.of(Table.Column.left("name"), Table.Column.left("what it is")),
                names(files).stream()
                        .map(file -> List.of(
                                file,
                                files.find(group, file).map(ConfigFile::summary).orElse("")))
                        .toList()));
        Group.of(group).ifPresent(known -> settings(known, files, console));
        console.jsonOf(
                () -> names(files).stream().map(file -> described(file, files)).toList());
    }

    private Map<String, Object> described(String file, BuiltIn files) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", file);
        tree.put("summary", files.find(group, file).map(ConfigFile::summary).orElse(""));
        Group.of(group)
                .flatMap(known -> root.program().settings(known, file))
                .ifPresent(schema -> tree.put("settings", SettingsTable.plain(schema)));
        return tree;
    }

    /** A method's settings are its own; {@code amalgam methods} has them. */
    private void settings(Group known, BuiltIn files, Console console) {
        console.line("");
        if (known == Group.METHOD) {
            console.line("amalgam methods NAME describes the settings of one.");
        } else if (known == Group.ANALYSIS) {
            names(files).forEach(file -> root.program().settings(known, file).ifPresent(schema -> {
                console.line(console.bold(file));
                console.table(SettingsTable.of(schema));
            }));
        } else {
            root.program().settings(known, "").ifPresent(schema -> console.table(SettingsTable.of(schema)));
        }
    }

    private List<String> names(BuiltIn files) {
        return group.isEmpty() ? List.of() : files.names(group);
    }

    private ConfigFile found(BuiltIn files) {
        return names(files).stream()
                .filter(file -> file.equals(name) || file.endsWith("/" + name))
                .findFirst()
                .flatMap(file -> files.find(group, file))
                .orElseThrow(() -> new AmalgamException(group + "=" + name + ": no such file."
                        + Spelling.hint(name, names(files), " Files: " + String.join(", ", names(files)) + ".")));
    }
}
