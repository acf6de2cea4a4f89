package org.amalgam.cli.run;

import org.amalgam.AmalgamException;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where Amalgam itself lies: the folder with {@code zoo/}. */
final class Home {

    private Home() {}

    /** The launcher says where; without it, the nearest folder upwards from the working directory that has the zoo. */
    static Path find() {
        String told = System.getProperty("amalgam.home");
        if (told != null) {
            return Path.of(told);
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("zoo/models/zoo.json"))) {
                return folder;
            }
        }
        throw new AmalgamException(
                "the embedded models (zoo/) are not found; start with bin/amalgam, or give" + " -Damalgam.home=DIR");
    }
}
