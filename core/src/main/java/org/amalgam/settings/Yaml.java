package org.amalgam.settings;

import org.amalgam.AmalgamException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * YAML 1.2 (core schema) to trees of plain values: {@code 1e-3} is a number, {@code yes} is a text. Builds no objects whatever a
 * tag asks for, and bounds what a small hostile file can grow into: {@value #MAX_DEPTH} levels, {@value #MAX_NODES} values with
 * aliases written out, {@value #MAX_BYTES} bytes.
 */
public final class Yaml {

    static final int MAX_DEPTH = 100;
    static final int MAX_NODES = 100_000;
    static final int MAX_BYTES = 3_000_000;

    private static final ScalarResolver CORE = new CoreScalarResolver(false);

    private Yaml() {}

    /**
     * Reads a file that holds one mapping; an empty file is an empty mapping.
     *
     * @throws AmalgamException if the file cannot be read, is not UTF-8, not YAML, or holds something else
     */
    public static MapNode file(Path file) {
        byte[] bytes;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new AmalgamException(
                        file + ": larger than " + MAX_BYTES + " bytes, too large for a configuration file.");
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AmalgamException(
                    file + ": cannot be read (" + e.getClass().getSimpleName() + ").", e);
        }
        try {
            return mapping(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString(),
                    file.toString());
        } catch (CharacterCodingException e) {
            throw new AmalgamException(file + ": not UTF-8 text. Is this a YAML file?", e);
        }
    }

    /**
     * Reads a text that holds one mapping; an empty text is an empty mapping.
     *
     * @param name what sources and errors call the text
     * @throws AmalgamException if the text is not YAML or holds something else
     */
    public static MapNode mapping(String text, String name) {
        Node node = new YamlReader(name, line -> Source.line(name, line)).read(text);
        if (node instanceof ScalarNode scalar && scalar.isNull()) {
            return MapNode.empty(node.source());
        }
        if (node instanceof MapNode map) {
            return map;
        }
        throw new AmalgamException(
                node.source() + ": expected keys with values (key: value), found " + node.described() + ".");
    }

    /**
     * Reads a value; every part of it has the source given.
     *
     * @throws AmalgamException if the text is not YAML
     */
    public static Node value(String text, Source source) {
        return new YamlReader(source.where(), line -> source).read(text);
    }

    /**
     * The scalar that an unquoted text stands for: null, a boolean, a number, or else the text.
     *
     * @throws AmalgamException if it is an integer beyond 64 bits
     */
    public static ScalarNode scalar(String text, Source source) {
        return new ScalarNode(valueOf(text, source), text, source);
    }

    /** The tree as YAML that {@link #value} reads back to equal values: mappings as blocks, lists of scalars on one line. */
    public static String write(Node node) {
        return YamlWriter.write(node);
    }

    private static Object valueOf(String text, Source source) {
        Tag tag = CORE.resolve(text, true);
        if (tag.equals(Tag.NULL)) {
            return null;
        }
        if (tag.equals(Tag.BOOL)) {
            return Boolean.parseBoolean(text);
        }
        if (tag.equals(Tag.INT)) {
            return integer(text, source);
        }
        return tag.equals(Tag.FLOAT) ? (Object) number(text) : text;
    }

    private static long integer(String text, Source source) {
        try {
            if (text.startsWith("0x")) {
                return Long.parseLong(text.substring(2), 16);
            }
            if (text.startsWith("0o")) {
                return Long.parseLong(text.substring(2), 8);
            }
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new AmalgamException(source + ": the integer " + text + " does not fit in 64 bits.", e);
        }
    }

    private static double number(String text) {
        String unsigned = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (unsigned.equalsIgnoreCase(".inf")) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return unsigned.equalsIgnoreCase(".nan") ? Double.NaN : Double.parseDouble(text);
    }
}
