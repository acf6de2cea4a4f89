package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.run.Run;

import java.nio.file.Path;
import java.util.Optional;

/** Where a method keeps what it has found out: looked at before it begins, so that no name costs hours of work. */
final class SavedFile {

    private SavedFile() {}

    /**
     * The file that a setting names, {@link Run#file in the run's folder} where it is no path of its own.
     *
     * @param key the setting
     * @throws AmalgamException if the run itself keeps something under that name, or nothing can be written there
     */
    static Optional<Path> of(String key, Optional<String> name, Run run) {
        Optional<Path> file = named(key, name, run);
        file.ifPresent(AtomicFile::requirePlace);
        return file;
    }

    /** The same of a folder for several files, which may be there already. */
    static Optional<Path> folder(String key, Optional<String> name, Run run) {
        Optional<Path> folder = named(key, name, run);
        folder.ifPresent(AtomicFolder::requireRoom);
        return folder;
    }

    private static Optional<Path> named(String key, Optional<String> name, Run run) {
        return name.map(given -> {
            if (run.isOwn(run.file(given))) {
                throw new AmalgamException(key + ": the run keeps a file of its own under the name " + given + " in "
                        + run.folder() + "; give another name");
            }
            return run.file(given);
        });
    }
}
