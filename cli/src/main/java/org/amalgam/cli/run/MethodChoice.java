package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.GroupChoice;
import org.amalgam.method.Method;
import org.amalgam.method.MethodCatalogue;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Settings;

import java.util.Map;

/**
 * The method of a run.
 *
 * @param entry the catalogue's
 * @param method with its settings
 * @param settings the same as plain values, for the report
 */
record MethodChoice(MethodCatalogue.Entry<?> entry, Method method, Map<String, Object> settings) {

    static MethodChoice of(GroupChoice choice) {
        MethodCatalogue.Entry<?> entry = MethodCatalogue.find(choice.base())
                .orElseThrow(() -> new AmalgamException("method=" + choice.name() + " builds on " + choice.base()
                        + ", which is no method; its defaults list must name one of them"));
        MapNode node = choice.node();
        String name = node.text("name").orElse(entry.name());
        boolean choosesByName = entry.settings().find("name").isPresent();
        if (!choosesByName && !choice.lineage().contains(name) && !name.equals(entry.alias())) {
            throw new AmalgamException("method.name: " + name + " is not " + entry.name() + " (method=" + choice.name()
                    + "); leave method.name out");
        }
        return bound(entry, choosesByName ? node : node.without("name"));
    }

    private static <M extends Record & Method> MethodChoice bound(MethodCatalogue.Entry<M> entry, MapNode node) {
        M method = Settings.bind(entry.type(), node, "method", entry.name());
        return new MethodChoice(entry, method, Settings.values(method));
    }
}
