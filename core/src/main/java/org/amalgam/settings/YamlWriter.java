package org.amalgam.settings;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes a tree for people to read and for {@link YamlReader} to read back. */
final class YamlWriter {

    /** What can stand unquoted anywhere, inside a flow list too; spaces only between words. */
    private static final Pattern PLAIN = Pattern.compile("[\\w./~+$-][\\w./~+@%=^$-]*(?: [\\w./~+@%=^$-]+)*");

    private final StringBuilder out = new StringBuilder();

    private YamlWriter() {}

    static String write(Node node) {
        YamlWriter writer = new YamlWriter();
        if (node instanceof MapNode map && !map.entries().isEmpty()) {
            writer.mapping(map, "");
        } else if (node instanceof ListNode list && !isFlat(list)) {
            writer.list(list, "");
        } else {
            writer.out.append(flow(node)).append('\n');
        }
        return writer.out.toString();
    }

    private void mapping(MapNode map, String indent) {
        map.entries().forEach((key, value) -> {
            out.append(indent).append(quoted(key)).append(':');
            value(value, indent);
        });
    }

    private void list(ListNode list, String indent) {
        list.items().forEach(item -> {
            out.append(indent).append('-');
            value(item, indent);
        });
    }

    private void value(Node value, String indent) {
        if (value instanceof MapNode map && !map.entries().isEmpty()) {
            out.append('\n');
            mapping(map, indent + "  ");
        } else if (value instanceof ListNode list && !isFlat(list)) {
            out.append('\n');
            list(list, indent + "  ");
        } else {
            out.append(' ').append(flow(value)).append('\n');
        }
    }

    private static boolean isFlat(ListNode list) {
        return list.items().stream().allMatch(ScalarNode.class::isInstance);
    }

    private static String flow(Node node) {
        if (node instanceof ListNode list) {
            return list.items().stream().map(YamlWriter::flow).collect(Collectors.joining(", ", "[", "]"));
        }
        if (node instanceof MapNode map) {
            return map.entries().entrySet().stream().map(YamlWriter::flow).collect(Collectors.joining(", ", "{", "}"));
        }
        ScalarNode scalar = (ScalarNode) node;
        if (scalar.isNull()) {
            return "null";
        }
        return scalar.value() instanceof String text ? quoted(text) : scalar.text();
    }

    private static String flow(Map.Entry<String, Node> entry) {
        return quoted(entry.getKey()) + ": " + flow(entry.getValue());
    }

    /** The text unquoted where it reads back as itself, in double quotes otherwise. */
    private static String quoted(String text) {
        boolean plain = text.length() < 1000
                && PLAIN.matcher(text).matches()
                && !text.startsWith("-")
                && !text.startsWith("~")
                && Yaml.scalar(text, Source.DEFAULTS).value() instanceof String;
        return plain ? text : escaped(text);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder("\"");
        text.chars().forEach(c -> {
            switch (c) {
                case '"' -> escaped.append("\\\"");
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\t' -> escaped.append("\\t");
                default -> escaped.append(isPrintable(c) ? String.valueOf((char) c) : String.format("\\u%04x", c));
            }
        });
        return escaped.append('"').toString();
    }

    private static boolean isPrintable(int c) {
        boolean control = c < 0x20 || (c >= 0x7f && c < 0xa0);
        boolean separator = c == 0x2028 || c == 0x2029 || c == 0xfeff || c >= 0xfffe;
        return !control && !separator;
    }
}
