package org.amalgam.pool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The names of tasks, in order, in a file's metadata: each under a key of its own, since a name may hold any character. */
public final class TaskNames {

    /** Before its number, the key of a task's name. */
    private static final String KEY = "task/";

    private TaskNames() {}

    public static Map<String, String> metadata(List<String> tasks) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int k = 0; k < tasks.size(); k++) {
            metadata.put(KEY + k, tasks.get(k));
        }
        return metadata;
    }

    /** The names that metadata have; none where they do not tell. */
    public static List<String> in(Map<String, String> metadata) {
        List<String> tasks = new ArrayList<>();
        while (metadata.containsKey(KEY + tasks.size())) {
            tasks.add(metadata.get(KEY + tasks.size()));
        }
        return List.copyOf(tasks);
    }
}
