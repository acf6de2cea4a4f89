package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.data.FileTree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Data sets that lie in one folder, each in a subfolder of its name, as the hub has the configurations of one. */
public final class Configurations {

    /** Subfolders in which splits lie, of the only configuration. */
    private static final Set<String> NONE =
            Set.of("data", "train", "test", "validation", "valid", "val", "dev", "__MACOSX");

    private Configurations() {}

    /**
     * The folder of a configuration: the subfolder of its name, or the path itself where that is a file, bears the name or has no
     * configurations in it.
     *
     * @throws AmalgamException if there are others, which it lists
     */
    public static Path folder(Path path, String name) {
        Path own = path.resolve(name);
        if (Files.isDirectory(own)) {
            return own;
        }
        if (!Files.isDirectory(path)
                || path.toAbsolutePath().normalize().getFileName().toString().equals(name)) {
            return path;
        }
        List<String> others = in(path);
        if (!others.isEmpty()) {
            throw new AmalgamException(path + " has no configuration " + name + "; give name: "
                    + String.join(" or ", others) + ", or leave name out");
        }
        return path;
    }

    private static List<String> in(Path path) {
        List<String> found = new ArrayList<>();
        for (Path subfolder : ImageFolder.subfolders(path)) {
            String name = subfolder.getFileName().toString();
            try {
                if (!NONE.contains(name) && !FileTree.files(subfolder, 3).isEmpty()) {
                    found.add(name);
                }
            } catch (IOException e) {
                throw new AmalgamException(subfolder + " cannot be listed: " + e.getMessage(), e);
            }
        }
        return found;
    }
}
