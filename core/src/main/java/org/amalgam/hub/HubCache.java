package org.amalgam.hub;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.checkpoint.FileLocks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cache of huggingface_hub. Of each repository, {@code models--org--name} or {@code datasets--org--name}, it holds every
 * content once in {@code blobs}, under its ETag; a commit's files in {@code snapshots/<commit>}, as links to blobs; and in
 * {@code refs} the commit that a branch or tag stood for last.
 */
record HubCache(Path root, Linking linking) {

    static boolean isCommit(String revision) {
        return revision.matches("[0-9a-f]{40}");
    }

    /** Whether a repository's file of that name lies in the repository's folder on every system. */
    static boolean isInside(String file) {
        return isRelative(file) && file.chars().noneMatch(c -> c < ' ' || c == 0x7f || c == '\\' || c == ':');
    }

    /** Whether the name leads down to a file, through folders of whatever system. */
    static boolean isRelative(String file) {
        return Stream.of(file.split("[/\\\\]", -1))
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    }

    Path folder(Repository repository) {
        return root.resolve(repository.folder());
    }

    Path snapshot(Repository repository, String commit) {
        return folder(repository).resolve("snapshots").resolve(commit);
    }

    Path blob(Repository repository, String etag) {
        return folder(repository).resolve("blobs").resolve(etag);
    }

    /** Where huggingface_hub locks the same content. */
    private Path lock(Repository repository, String etag) {
        return root.resolve(".locks").resolve(repository.folder()).resolve(etag + ".lock");
    }

    /**
     * Waits until nobody else brings or links that content. On Linux Python locks the same file by another system call, which does
     * not see this lock: two downloads, of Python and of Amalgam, are each complete and the second replaces the first.
     */
    FileLocks.Held hold(Repository repository, String etag) {
        Path file = lock(repository, etag);
        try {
            return FileLocks.hold(file);
        } catch (IOException e) {
            throw new AmalgamException(
                    file + " cannot be locked (" + e + "); choose a cache that can be written with HF_HUB_CACHE", e);
        }
    }

    /** The commit that the revision is, or stood for when it was last fetched. */
    Optional<String> commit(Repository repository, String revision) {
        if (isCommit(revision)) {
            return Optional.of(revision);
        }
        Path ref = ref(repository, revision);
        try {
            return Files.isRegularFile(ref)
                    ? Optional.of(Files.readString(ref).strip()).filter(HubCache::isCommit)
                    : Optional.empty();
        } catch (IOException e) {
            throw new AmalgamException(ref + " cannot be read (" + e + "); remove it or make it readable", e);
        }
    }

    /** Notes what a branch or tag stands for. A cache that need not change may be read-only. */
    void remember(Listing listing) {
        boolean known = commit(listing.repository(), listing.revision())
                .filter(listing.commit()::equals)
                .isPresent();
        if (!known) {
            AtomicFile.write(ref(listing.repository(), listing.revision()), listing.commit());
        }
    }

    private Path ref(Repository repository, String revision) {
        return folder(repository).resolve("refs").resolve(revision);
    }

    /**
     * The file at the commit, if it is here.
     *
     * @throws AmalgamException if it is a link to somewhere outside the repository's folder
     */
    Optional<Path> find(Repository repository, String commit, String file) {
        Path pointer = snapshot(repository, commit).resolve(file);
        if (!Files.isRegularFile(pointer)) {
            return Optional.empty();
        }
        try {
            if (pointer.toRealPath().startsWith(folder(repository).toRealPath())) {
                return Optional.of(pointer);
            }
        } catch (IOException e) {
            throw new AmalgamException(pointer + " cannot be followed (" + e + "); remove it to fetch it again", e);
        }
        throw new AmalgamException(pointer + " links to a file outside " + folder(repository)
                + ", which no download does; remove it to fetch it again");
    }

    /** What the cache knows of the revision; empty where it holds nothing of it. */
    Optional<Listing> listing(Repository repository, String revision) {
        return commit(repository, revision)
                .map(commit -> new Listing(repository, revision, commit, files(repository, commit), true))
                .filter(listing -> !listing.files().isEmpty());
    }

    private List<String> files(Repository repository, String commit) {
        Path snapshot = snapshot(repository, commit);
        if (!Files.isDirectory(snapshot)) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(snapshot)) {
            return tree.filter(Files::isRegularFile)
                    .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new AmalgamException(snapshot + " cannot be listed (" + e + ")", e);
        }
    }

    /**
     * Puts a content under a file's name into the snapshot. What is there stays.
     *
     * @param fresh no other snapshot can use the blob yet
     */
    void link(Listing listing, ServedFile served, boolean fresh) {
        Path pointer = snapshot(listing.repository(), listing.commit()).resolve(served.file());
        Path blob = blob(listing.repository(), served.etag());
        try (FileLocks.Held held = hold(listing.repository(), served.etag())) {
            if (!Files.exists(pointer)) {
                Files.createDirectories(pointer.getParent());
                // a link whose blob was deleted
                Files.deleteIfExists(pointer);
                linking.link(pointer, blob, fresh);
            }
        } catch (IOException e) {
            throw new AmalgamException(pointer + " cannot be made (" + e + ")", e);
        }
    }
}
