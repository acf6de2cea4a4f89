package org.amalgam.cli;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.Argument;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.Composer;
import org.amalgam.cli.config.Composition;
import org.amalgam.cli.config.Group;
import org.amalgam.cli.config.RootSettings;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.SettingsEntry;
import org.amalgam.settings.SettingsSchema;
import org.amalgam.settings.Source;
import picocli.CommandLine.Model.CommandSpec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What the last word of a command line can become: commands, options, groups and their files, keys and their values. */
final class Completion {

    private final CommandSpec command;
    private final Program program;

    /** @param command the command without a name, which has the options and the other commands */
    Completion(CommandSpec command, Program program) {
        this.command = command;
        this.program = program;
    }

    /** The candidates; none where a file's name belongs, which the shell completes itself. */
    List<String> of(List<String> words) {
        String last = words.isEmpty() ? "" : words.get(words.size() - 1);
        List<String> before = words.isEmpty() ? List.of() : words.subList(0, words.size() - 1);
        return candidates(before, last)
                .filter(candidate -> candidate.startsWith(last) && !candidate.equals(last))
                .distinct()
                .toList();
    }

    private Stream<String> candidates(List<String> before, String last) {
        String previous = before.isEmpty() ? "" : before.get(before.size() - 1);
        if (List.of("--cfg", "-c").contains(previous)) {
            return Stream.of("job", "hydra", "all");
        }
        if (List.of("--config-name", "-cn").contains(previous)) {
            return files(before).names("").stream();
        }
        if (List.of("--config-dir", "-cd", "--package", "-p").contains(previous)) {
            return Stream.empty();
        }
        if (previous.equals("--dtype")) {
            return Stream.of("float32", "float16", "bfloat16");
        }
        Optional<String> named = before.stream().filter(commands()::contains).findFirst();
        if (named.isPresent() && !named.get().equals(CheckCommand.NAME)) {
            return arguments(named.get(), before, last);
        }
        if (last.startsWith("-")) {
            return options(named.map(name -> command.subcommands().get(name).getCommandSpec())
                    .orElse(command));
        }
        return last.contains("=") ? values(before, last) : Stream.concat(words(before), keys(before, last));
    }

    private List<String> commands() {
        return command.subcommands().entrySet().stream()
                .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** A command is the first word of a line, so only there it is offered. */
    private Stream<String> words(List<String> before) {
        return before.stream().allMatch(word -> word.startsWith("-")) ? commands().stream() : Stream.empty();
    }

    private static Stream<String> options(CommandSpec spec) {
        return spec.options().stream()
                .flatMap(option -> Stream.of(option.names()))
                .filter(name -> name.startsWith("--"));
    }

    private Stream<String> arguments(String named, List<String> before, String last) {
        if (last.startsWith("-")) {
            return options(command.subcommands().get(named).getCommandSpec());
        }
        boolean isFirst = before.get(before.size() - 1).equals(named);
        return switch (named) {
            case "methods" -> program.methods().stream().map(MethodDescription::name);
            case "completion" -> CompletionCommand.SHELLS.stream();
            case "groups" ->
                isFirst
                        ? Stream.of(Group.values()).map(Group::key)
                        : files(before).names(before.get(before.size() - 1)).stream();
            default -> Stream.empty();
        };
    }

    /** Groups, and every key that the words before give the configuration. */
    private Stream<String> keys(List<String> before, String last) {
        String sign = last.replaceFirst("^(\\+\\+|\\+|~)?.*", "$1");
        String end = sign.equals("~") ? "" : "=";
        Stream<String> groups = sign.isEmpty() ? Stream.of(Group.values()).map(Group::key) : Stream.empty();
        Stream<String> keys = composed(before)
                .map(composition -> leaves(composition.tree(), ""))
                .orElseGet(() -> leaves(SettingsSchema.of(RootSettings.class).defaults(Source.DEFAULTS), ""));
        return Stream.concat(groups, keys).map(key -> sign + key + end);
    }

    /** The keys that hold a value or a list, and mappings that hold nothing yet. */
    private static Stream<String> leaves(MapNode tree, String prefix) {
        return tree.entries().entrySet().stream()
                .flatMap(entry -> entry.getValue() instanceof MapNode inner
                                && !inner.entries().isEmpty()
                        ? leaves(inner, prefix + entry.getKey() + ".")
                        : Stream.of(prefix + entry.getKey()));
    }

    /** After the last comma, so that the second value of a multirun is completed as the first. */
    private Stream<String> values(List<String> before, String last) {
        int equals = last.indexOf('=');
        String key = last.substring(0, equals).replaceFirst("^(\\+\\+|\\+)", "");
        String start = last.substring(0, Math.max(equals, last.lastIndexOf(',')) + 1);
        Optional<Group> group = Group.of(key);
        List<String> values = group.isPresent() || key.contains("@") || key.contains("/")
                ? files(before).names(key.replaceFirst("@.*", ""))
                : entry(before, key).map(Completion::values).orElse(List.of());
        return values.stream().map(value -> start + value);
    }

    private static List<String> values(SettingsEntry entry) {
        return entry.type() == boolean.class ? List.of("true", "false") : entry.oneOf();
    }

    /** The declaration of a key, in the schema of its group or of the root. */
    private Optional<SettingsEntry> entry(List<String> before, String key) {
        List<String> path = new ArrayList<>(List.of(key.split("\\.")));
        Optional<SettingsSchema> schema = Group.of(path.get(0))
                .map(group -> composed(before)
                        .flatMap(all -> Optional.ofNullable(all.choices().get(group)))
                        .flatMap(choice -> program.settings(group, choice.base())))
                .orElseGet(() -> Optional.of(SettingsSchema.of(RootSettings.class)));
        if (Group.of(path.get(0)).isPresent()) {
            path.remove(0);
        }
        Optional<SettingsEntry> entry = Optional.empty();
        for (String each : path) {
            entry = schema.flatMap(known -> known.find(each));
            schema = entry.flatMap(SettingsEntry::nested);
        }
        return entry;
    }

    /** What the words before mean; nothing while they do not compose, for want of a method or for a mistake. */
    private Optional<Composition> composed(List<String> before) {
        List<Argument> overrides = before.stream()
                .filter(word -> !word.startsWith("-") && word.contains("="))
                .filter(Completion::chooses)
                .map(word -> new Argument(word, Source.DEFAULTS))
                .toList();
        try {
            return Optional.of(new Composer(folders(before), program.builtIn()).composition(overrides));
        } catch (AmalgamException incomplete) {
            return Optional.empty();
        }
    }

    /** Only the choices matter for which keys there are; other overrides may be swept or half typed. */
    private static boolean chooses(String word) {
        return Group.of(word.substring(0, word.indexOf('='))).isPresent() && !word.contains(",");
    }

    private BuiltIn files(List<String> before) {
        return Composer.files(folders(before), program.builtIn());
    }

    private static List<Path> folders(List<String> before) {
        List<Path> folders = new ArrayList<>();
        for (int i = 0; i + 1 < before.size(); i++) {
            if (List.of("--config-dir", "-cd").contains(before.get(i))) {
                folders.add(Path.of(before.get(i + 1)));
            }
        }
        return folders;
    }
}
