package org.amalgam.cli.run;

import org.amalgam.cli.Console;
import org.amalgam.cli.Table;
import org.amalgam.cli.Table.Column;
import org.amalgam.pool.Compatibility;
import org.amalgam.pool.Conflict;
import org.amalgam.pool.PoolEntry;
import org.amalgam.run.Machine;
import org.amalgam.tensor.DType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A {@link Check} for people: the models, then what conflicts and what to do, then what the run takes. */
record CheckPage(Check check, Console console) {

    private static final int LABEL = 12;

    void print() {
        console.table(models(check.models()));
        console.result("");
        check.conflicts().forEach(this::conflict);
        check.notes().forEach(note -> item("note", note));
        check.plan().map(Plan::cost).ifPresent(this::cost);
        console.result("");
        int found = check.conflicts().size();
        console.result(
                found == 0
                        ? check.method() + " can merge these models."
                        : (found == 1 ? "1 conflict: " : found + " conflicts: ") + "this run would be refused.");
    }

    private static Table models(Compatibility models) {
        boolean speak =
                models.models().stream().anyMatch(entry -> entry.vocabulary().isPresent());
        boolean tied = models.models().stream().anyMatch(entry -> !entry.tied().isEmpty());
        List<Column> columns = new ArrayList<>(List.of(
                Column.left("model"), Column.right("tensors"), Column.right("parameters"), Column.left("types")));
        if (speak) {
            columns.add(Column.right("vocabulary"));
        }
        if (tied) {
            columns.add(Column.left("tied"));
        }
        columns.add(Column.right("size"));
        columns.add(Column.left("fits"));
        List<List<String>> rows = new ArrayList<>();
        for (PoolEntry entry : models.models()) {
            List<String> row = new ArrayList<>(List.of(
                    entry.name(),
                    entry.slots().isEmpty()
                            ? ""
                            : Integer.toString(entry.slots().size()),
                    entry.slots().isEmpty() ? "" : Plan.count(entry.elements()),
                    types(entry.types())));
            if (speak) {
                row.add(
                        entry.vocabulary().isPresent()
                                ? Long.toString(entry.vocabulary().getAsLong())
                                : "");
            }
            if (tied) {
                row.add(String.join(", ", entry.tied().keySet()));
            }
            row.add(entry.checkpoint().map(model -> Plan.size(model.bytes())).orElse(""));
            row.add(
                    entry.conflicts().isEmpty()
                            ? "yes"
                            : entry.conflicts().stream()
                                    .map(conflict -> conflict.kind().label())
                                    .distinct()
                                    .collect(Collectors.joining(", ")));
            rows.add(row);
        }
        return new Table(columns, rows);
    }

    /** The only type, or each with its share of the parameters. */
    private static String types(Map<DType, Long> types) {
        long all = types.values().stream().mapToLong(Long::longValue).sum();
        return types.size() < 2
                ? types.keySet().stream().map(DType::name).collect(Collectors.joining())
                : types.entrySet().stream()
                        .map(type -> "%s %.0f %%".formatted(type.getKey(), 100.0 * type.getValue() / all))
                        .collect(Collectors.joining(", "));
    }

    private void conflict(Conflict conflict) {
        item(conflict.kind().label(), (conflict.model().isEmpty() ? "" : conflict.model() + ": ") + conflict.cause());
        if (!conflict.remedy().isEmpty()) {
            item("", conflict.remedy());
        }
    }

    private void cost(Plan.Cost cost) {
        String own = cost.own() < cost.peak() ? ", " + Plan.size(cost.own()) + " of it its own" : "";
        item("memory", "about " + Plan.size(cost.peak()) + " at its peak" + own + available());
        item("reads", Plan.size(cost.read()));
        if (!cost.time().text().isEmpty()) {
            item("time", cost.time().text());
        }
        item(
                "writes",
                cost.saved()
                        .map(saved -> "%s into %s, where %s are free"
                                .formatted(Plan.size(saved.bytes()), saved.path(), Plan.size(saved.free())))
                        .orElse("no model; merged_model_save_path names a folder for it"));
    }

    private static String available() {
        return Machine.availableBytes().isPresent()
                ? "; this machine has " + Plan.size(Machine.availableBytes().getAsLong()) + " available"
                : "";
    }

    private void item(String label, String text) {
        List<String> lines = Table.wrapped(text, Math.max(40, console.columns() - LABEL));
        for (int i = 0; i < lines.size(); i++) {
            String start = i == 0 ? label : "";
            console.result(start + " ".repeat(LABEL - start.length()) + lines.get(i));
        }
    }
}
