package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.ListNode;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.Source;
import org.amalgam.settings.Yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An override's value: {@code 1e-3}, {@code a text with spaces}, {@code [0.3,0.4]}, {@code {mnist:0.3,dtd:0.4}}, {@code 'a, b'}.
 * YAML's own flow style would take {@code {a:1}} for a key {@code a:1} without value and {@code x #1} for {@code x}; on a
 * command line neither is ever meant.
 */
final class ValueParser {

    private static final int MAX_DEPTH = 50;

    /** What ends a text that is not quoted, somewhere. */
    private static final String SYNTAX = ",[]{}()=";

    private final String key;
    private final String text;
    private final Source source;
    private int at;

    ValueParser(String key, String text, Source source) {
        this.key = key;
        this.text = text;
        this.source = source;
    }

    Node parse() {
        skipSpaces();
        if (at == text.length()) {
            return ScalarNode.of("", source);
        }
        Node value = value("", 0);
        skipSpaces();
        if (at < text.length()) {
            throw fault(
                    text.charAt(at) == ','
                            ? "several values; write [" + text.strip()
                                    + "] for a list, quote a text that holds a comma, or add -m for a run with each"
                            : "nothing can follow " + text.substring(0, at).strip());
        }
        return value;
    }

    /** The values between the commas of the outermost level, each as it was written: what a multirun goes through. */
    List<String> choices() {
        List<String> choices = new ArrayList<>();
        do {
            int start = at;
            value("", 0);
            skipSpaces();
            if (at < text.length() && text.charAt(at) != ',') {
                throw fault("nothing can follow " + text.substring(start, at).strip());
            }
            choices.add(text.substring(start, at).strip());
            at++;
        } while (at <= text.length());
        return choices;
    }

    /** @param ends the characters that end an unquoted text here, besides the comma */
    private Node value(String ends, int depth) {
        if (depth > MAX_DEPTH) {
            throw fault("nested deeper than " + MAX_DEPTH + " levels");
        }
        skipSpaces();
        return switch (at < text.length() ? text.charAt(at) : ' ') {
            case '[' -> list(depth);
            case '{' -> mapping(depth);
            case '\'', '"' -> ScalarNode.of(quoted(), source);
            default -> unquoted(ends);
        };
    }

    private ScalarNode unquoted(String ends) {
        String bare = bare(ends);
        if (bare.isEmpty()) {
            throw fault("a value is lacking at character " + (at + 1));
        }
        return Yaml.scalar(bare, source);
    }

    private ListNode list(int depth) {
        List<Node> items = new ArrayList<>();
        at++;
        while (!closed(']', items.isEmpty())) {
            items.add(value("]", depth + 1));
        }
        return new ListNode(items, source);
    }

    private MapNode mapping(int depth) {
        Map<String, Node> entries = new LinkedHashMap<>();
        at++;
        while (!closed('}', entries.isEmpty())) {
            skipSpaces();
            boolean isQuoted = at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"');
            String name = isQuoted ? quoted() : bare(":}");
            skipSpaces();
            if (at == text.length() || text.charAt(at) != ':') {
                throw fault("expected {key: value}, found no colon after " + (name.isEmpty() ? "{" : name));
            }
            at++;
            if (entries.put(name, value("}", depth + 1)) != null) {
                throw fault("the key " + name + " is given twice");
            }
        }
        return new MapNode(entries, source);
    }

    /** Whether the collection ends here; steps over the bracket or, between two of its members, over the comma. */
    private boolean closed(char bracket, boolean first) {
        skipSpaces();
        if (at == text.length()) {
            throw fault("the closing " + bracket + " is lacking");
        }
        char next = text.charAt(at);
        if (next == bracket) {
            at++;
            return true;
        }
        if (!first && next != ',') {
            throw fault("expected , or " + bracket + " at character " + (at + 1) + ", found " + next);
        }
        at += first ? 0 : 1;
        return false;
    }

    /** A backslash stands for itself but before a quote or a backslash: paths of Windows need no doubling. */
    private String quoted() {
        char quote = text.charAt(at++);
        StringBuilder content = new StringBuilder();
        for (; at < text.length() && text.charAt(at) != quote; at++) {
            boolean escapes = text.charAt(at) == '\\'
                    && at + 1 < text.length()
                    && (text.charAt(at + 1) == quote || text.charAt(at + 1) == '\\');
            content.append(text.charAt(escapes ? ++at : at));
        }
        if (at == text.length()) {
            throw fault("the closing " + quote + " is lacking");
        }
        at++;
        return content.toString();
    }

    /**
     * Text up to a comma or one of the ends; an interpolation is taken whole. A backslash before one of {@value #SYNTAX} takes
     * it as text.
     */
    private String bare(String ends) {
        StringBuilder bare = new StringBuilder();
        while (at < text.length() && text.charAt(at) != ',' && ends.indexOf(text.charAt(at)) < 0) {
            if (text.charAt(at) == '\\' && at + 1 < text.length() && SYNTAX.indexOf(text.charAt(at + 1)) >= 0) {
                bare.append(text.charAt(at + 1));
                at += 2;
                continue;
            }
            int close = text.startsWith("${", at) ? Interpolation.close(text, at) : at;
            int next = close < 0 ? text.length() : close + 1;
            bare.append(text, at, next);
            at = next;
        }
        return bare.toString().strip();
    }

    private void skipSpaces() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private AmalgamException fault(String what) {
        String sentence = key + "=" + text.strip() + ": " + what + " (" + source + ").";
        return new AmalgamException(sentence.replaceAll("\\R", " "));
    }
}
