package org.amalgam.data.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Class names and prompt templates of well-known tasks: the eight of the task-arithmetic literature (SUN397, Stanford Cars,
 * RESISC45, EuroSAT, SVHN, GTSRB, MNIST, DTD) and those of the embedded model family.
 */
public final class ClassNames {

    private static final Map<String, String> ALIASES =
            Map.of("cars", "stanfordcars", "sun", "sun397", "resisc", "resisc45");

    private ClassNames() {}

    /** The texts of a task; upper and lower case, {@code -}, {@code _} and blanks in its name do not count. */
    public static Optional<TaskText> of(String task) {
        String key = key(task);
        return Optional.ofNullable(Tasks.BY_KEY.get(ALIASES.getOrDefault(key, key)));
    }

    /** The names as they are usually written, sorted. */
    public static Set<String> tasks() {
        return new TreeSet<>(Tasks.NAMES);
    }

    private static String key(String task) {
        return task.toLowerCase(Locale.ROOT).replaceAll("[-_\\s]", "");
    }

    /** Read at the first question only. */
    private static final class Tasks {
        static final Map<String, TaskText> BY_KEY = new TreeMap<>();
        static final List<String> NAMES = new ArrayList<>();

        static {
            try (InputStream in = ClassNames.class.getResourceAsStream("/org/amalgam/data/tasks.json")) {
                for (Map.Entry<String, JsonNode> task :
                        new ObjectMapper().readTree(in).properties()) {
                    NAMES.add(task.getKey());
                    BY_KEY.put(
                            key(task.getKey()),
                            new TaskText(
                                    texts(task.getValue().path("classnames")),
                                    texts(task.getValue().path("templates"))));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("tasks.json is missing from the program", e);
            }
        }

        private static List<String> texts(JsonNode array) {
            List<String> texts = new ArrayList<>();
            array.forEach(text -> texts.add(text.asText()));
            return texts;
        }
    }
}
