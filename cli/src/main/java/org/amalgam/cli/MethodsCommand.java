package org.amalgam.cli;

import org.amalgam.AmalgamException;
import org.amalgam.settings.Spelling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code amalgam methods [NAME]}: what there is, and what each can be told. */
@Command(
        name = "methods",
        sortOptions = false,
        parameterListHeading = "%n",
        optionListHeading = "%nOptions%n",
        description = "List the methods, or describe the settings of one.")
final class MethodsCommand implements Callable<Integer> {

    private final AmalgamCommand root;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The method to describe.")
    private String name;

    MethodsCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        List<MethodDescription> methods = root.program().methods();
        Console console = root.console();
        if (console.volume() == Console.Volume.JSON) {
            List<MethodDescription> asked = name == null ? methods : List.of(find(methods));
            console.jsonOf(() -> asked.stream().map(MethodsCommand::tree).toList());
        } else if (name == null) {
            console.table(new Table(
                    List.of(Table.Column.left(""), Table.Column.left("")),
                    methods.stream()
                            .map(method -> List.of(method.name(), method.summary()))
                            .toList()));
            console.line("");
            console.line("amalgam methods NAME describes the settings of one.");
        } else {
            describe(find(methods), console);
        }
        return 0;
    }

    private MethodDescription find(List<MethodDescription> methods) {
        List<String> names = methods.stream().map(MethodDescription::name).toList();
        return methods.stream()
                .filter(method -> method.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AmalgamException(name + ": no such method."
                        + Spelling.hint(name, names, " Methods: " + String.join(", ", names) + ".")));
    }

    private static void describe(MethodDescription method, Console console) {
        console.result(console.bold(method.name()) + "  " + method.summary());
        console.result(method.citation());
        console.result("");
        List<List<String>> rows = SettingsTable.rows(method.settings());
        console.table(SettingsTable.of(method.settings()));
        console.line("");
        console.line("amalgam method=" + method.name()
                + (rows.isEmpty() ? "" : " method." + rows.get(0).get(0) + "=VALUE"));
    }

    private static Map<String, Object> tree(MethodDescription method) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", method.name());
        tree.put("summary", method.summary());
        tree.put("citation", method.citation());
        tree.put("settings", SettingsTable.plain(method.settings()));
        return tree;
    }
}
