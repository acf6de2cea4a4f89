package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.cli.config.GroupChoice;
import org.amalgam.pool.Conflict;
import org.amalgam.pool.PoolEntry;

/** A {@link Check}, or a plan alone, for programs. */
final class CheckJson {

    private CheckJson() {}

    static ObjectNode of(Check check) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("method", check.method());
        node.put("can_run", check.conflicts().isEmpty());
        ArrayNode models = node.putArray("models");
        check.models().models().forEach(entry -> model(entry, models.addObject()));
        ArrayNode conflicts = node.putArray("conflicts");
        check.conflicts().forEach(conflict -> conflict(conflict, conflicts.addObject()));
        ArrayNode notes = node.putArray("notes");
        check.notes().forEach(notes::add);
        check.plan().map(Plan::cost).ifPresent(cost -> cost(cost, node.putObject("plan")));
        return node;
    }

    /** What a dry run tells: the plan, of models without a conflict. */
    static ObjectNode of(GroupChoice work, Plan plan) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put(work.group().key(), work.name()).put("can_run", true);
        cost(plan.cost(), node.putObject("plan"));
        return node;
    }

    private static void model(PoolEntry entry, ObjectNode node) {
        node.put("name", entry.name()).put("path", entry.path().toString());
        node.put("tensors", entry.slots().size()).put("parameters", entry.elements());
        entry.checkpoint().ifPresent(model -> node.put("bytes", model.bytes()));
        ObjectNode types = node.putObject("types");
        entry.types().forEach((type, elements) -> types.put(type.name(), elements));
        entry.vocabulary().ifPresent(tokens -> node.put("vocabulary", tokens));
        ObjectNode tied = node.putObject("tied");
        entry.tied().forEach(tied::put);
    }

    private static void conflict(Conflict conflict, ObjectNode node) {
        node.put("model", conflict.model()).put("kind", conflict.kind().label());
        ArrayNode tensors = node.putArray("tensors");
        conflict.tensors().forEach(tensors::add);
        node.put("cause", conflict.cause()).put("remedy", conflict.remedy());
    }

    static ObjectNode cost(Plan.Cost cost, ObjectNode node) {
        node.put("read_bytes", cost.read());
        node.put("peak_memory_bytes", cost.peak()).put("own_memory_bytes", cost.own());
        cost.time().adapting().ifPresent(seconds -> node.put("adapting_seconds", Math.round(seconds)));
        cost.time().judging().ifPresent(seconds -> node.put("judging_seconds", Math.round(seconds)));
        cost.saved().ifPresent(saved -> node.put("written_bytes", saved.bytes()).put("free_disk_bytes", saved.free()));
        return node;
    }
}
