package org.amalgam.settings;

import org.amalgam.AmalgamException;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Builds nodes from the parser's events, bottom up. Since a node is complete before an alias can name it, a tree cannot contain
 * itself, and counting what aliases stand for bounds a tree before anything walks it.
 */
final class YamlReader {

    private static final LoadSettings SETTINGS = LoadSettings.builder().build();

    private final String name;
    private final IntFunction<Source> sources;
    private final Map<Anchor, Node> anchors = new HashMap<>();
    private Iterator<Event> events = List.<Event>of().iterator();
    private int line = 1;
    private long nodes;

    /**
     * @param name what errors call the text
     * @param sources the source of a value by its line, counted from 1
     */
    YamlReader(String name, IntFunction<Source> sources) {
        this.name = name;
        this.sources = sources;
    }

    Node read(String text) {
        try {
            events = new Parse(SETTINGS)
                    .parseString(text.startsWith("\uFEFF") ? text.substring(1) : text)
                    .iterator();
            next(); // the stream starts
            if (next().getEventId() == Event.ID.StreamEnd) {
                return new ScalarNode(null, "null", sources.apply(1));
            }
            Node root = node(next(), Optional.empty(), 0);
            next(); // the document ends
            if (next().getEventId() != Event.ID.StreamEnd) {
                throw fault("a second document begins, expected one");
            }
            return root;
        } catch (MarkedYamlEngineException e) {
            e.getProblemMark().ifPresent(mark -> line = mark.getLine() + 1);
            throw fault("not valid YAML, " + oneLine(e.getProblem()));
        } catch (YamlEngineException e) {
            throw fault("not valid YAML, " + oneLine(e.getMessage()));
        }
    }

    private Event next() {
        Event event = events.next();
        event.getStartMark().map(Mark::getLine).ifPresent(at -> line = at + 1);
        return event;
    }

    /** A value of a mapping has the line of its key as its source: that is where a reader looks for it. */
    private Node node(Event event, Optional<Source> given, int depth) {
        if (depth > Yaml.MAX_DEPTH) {
            throw fault("nested deeper than " + Yaml.MAX_DEPTH + " levels");
        }
        if (event instanceof AliasEvent alias) {
            Node named = anchors.get(alias.getAlias());
            if (named == null) {
                throw fault("the alias *" + alias.getAlias() + " names nothing complete before it");
            }
            count(named.size());
            return named;
        }
        count(1);
        Source source = given.orElseGet(() -> sources.apply(line));
        Optional<Anchor> anchor = ((NodeEvent) event).getAnchor();
        Node node =
                switch (event.getEventId()) {
                    case MappingStart -> mapping((CollectionStartEvent) event, source, depth);
                    case SequenceStart -> list((CollectionStartEvent) event, source, depth);
                    default -> scalar((ScalarEvent) event, source);
                };
        anchor.ifPresent(named -> anchors.put(named, node));
        return node;
    }

    private Node mapping(CollectionStartEvent start, Source source, int depth) {
        refuseTag(start.getTag(), "tag:yaml.org,2002:map");
        Map<String, Node> entries = new LinkedHashMap<>();
        for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
            if (!(event instanceof ScalarEvent key)) {
                throw fault("a key is a list, a mapping or an alias, expected a name");
            }
            if (entries.containsKey(key.getValue())) {
                throw fault("the key " + key.getValue() + " is given twice");
            }
            Source keyed = sources.apply(line);
            entries.put(key.getValue(), node(next(), Optional.of(keyed), depth + 1));
        }
        return new MapNode(entries, source);
    }

    private Node list(CollectionStartEvent start, Source source, int depth) {
        refuseTag(start.getTag(), "tag:yaml.org,2002:seq");
        List<Node> items = new ArrayList<>();
        for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
            items.add(node(event, Optional.empty(), depth + 1));
        }
        return new ListNode(items, source);
    }

    private ScalarNode scalar(ScalarEvent event, Source source) {
        refuseTag(event.getTag(), "tag:yaml.org,2002:str");
        boolean text = !event.isPlain() || event.getTag().isPresent();
        return text ? ScalarNode.of(event.getValue(), source) : Yaml.scalar(event.getValue(), source);
    }

    private void refuseTag(Optional<String> tag, String allowed) {
        tag.filter(found -> !found.equals(allowed) && !found.equals("!")).ifPresent(found -> {
            throw fault("the tag " + found + " asks for an object, only plain values are read");
        });
    }

    private void count(long more) {
        nodes += more;
        if (nodes > Yaml.MAX_NODES) {
            throw fault("more than " + Yaml.MAX_NODES + " values with its aliases written out");
        }
    }

    private AmalgamException fault(String what) {
        Source at = sources.apply(line);
        return new AmalgamException((at.where().isEmpty() ? name : at.where()) + ": " + what + ".");
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
