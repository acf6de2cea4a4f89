package org.amalgam.hub;

import org.amalgam.AmalgamException;
import org.amalgam.run.Progress;
import org.amalgam.run.ProgressFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Models and data sets of a hub, fetched into the cache where they are not there yet. A revision is asked for anew each time; where
 * the hub cannot be reached, what the cache holds of it is taken, and said so.
 */
public final class Hub {

    /** Where the hub keeps the Parquet files that it made of a data set in another form. */
    private static final String CONVERTED = "refs/convert/parquet";

    private static final long MEGABYTE = 1_000_000;

    private final HubEnvironment environment;
    private final ProgressFactory progress;
    private final Consumer<String> notice;
    private final HubCache cache;
    private final HubClient client;

    /**
     * Asks nothing yet.
     *
     * @param progress display of downloads, in megabytes
     * @param notice is told of what the user should know though it goes on, in a sentence
     */
    public Hub(HubEnvironment environment, ProgressFactory progress, Consumer<String> notice) {
        this(environment, progress, notice, Patience.USUAL, Linking.USUAL);
    }

    Hub(
            HubEnvironment environment,
            ProgressFactory progress,
            Consumer<String> notice,
            Patience patience,
            Linking linking) {
        this.environment = environment;
        this.progress = progress;
        this.notice = notice;
        this.cache = new HubCache(environment.cache().toAbsolutePath().normalize(), linking);
        this.client = new HubClient(environment, patience, notice);
    }

    /**
     * The folder of a model: configuration, image processor and tokenizer as far as the repository has them, and the weights,
     * {@code model.safetensors} before its shards before {@code pytorch_model.bin}.
     *
     * @throws AmalgamException if there is no such model, it may not be read, it is not what its checksums say, or it can neither be
     *     fetched nor is in the cache
     */
    public Path model(HubReference reference) {
        Repository repository = new Repository(Repository.Kind.MODEL, reference.name());
        Listing listing = listing(repository, reference.revision());
        ModelFiles files = new ModelFiles(listing);
        List<String> whole = files.whole();
        fetch(listing, whole);
        Path snapshot = cache.snapshot(repository, listing.commit());
        fetch(listing, files.shards(whole, snapshot));
        return snapshot;
    }

    /**
     * The folder of a model's configuration, image processor and tokenizer, as far as the repository has them.
     *
     * @throws AmalgamException as {@link #model}; or if it has none of them
     */
    public Path withoutWeights(HubReference reference) {
        Repository repository = new Repository(Repository.Kind.MODEL, reference.name());
        Listing listing = listing(repository, reference.revision());
        List<String> files = new ModelFiles(listing).besideTheWeights();
        if (files.isEmpty()) {
            throw new AmalgamException(
                    "the model " + repository + " holds no configuration, image processor or tokenizer");
        }
        fetch(listing, files);
        return cache.snapshot(repository, listing.commit());
    }

    /**
     * The Parquet files of a data set's split, of the repository itself or, where it has none, as the hub converted them.
     *
     * @param configuration empty for the only one, or the one called {@code default}
     * @param split empty for the only one
     * @throws AmalgamException as {@link #model}; or if there are no Parquet files, or no such configuration or split
     */
    public List<Path> dataset(HubReference reference, String configuration, String split) {
        Repository repository = new Repository(Repository.Kind.DATASET, reference.name());
        DatasetFiles files = datasetFiles(repository, reference.revision());
        Listing listing = files.listing();
        List<String> chosen = files.of(configuration, split);
        fetch(listing, chosen);
        Path snapshot = cache.snapshot(repository, listing.commit());
        return chosen.stream().map(snapshot::resolve).toList();
    }

    private DatasetFiles datasetFiles(Repository repository, String revision) {
        boolean convertible = revision.equals(HubReference.MAIN);
        // Of a data set that the hub converted, the cache holds that branch alone.
        DatasetFiles own =
                DatasetFiles.of(listing(repository, convertible ? List.of(revision, CONVERTED) : List.of(revision)));
        if (!own.isEmpty()) {
            return own;
        }
        if (convertible) {
            DatasetFiles converted = DatasetFiles.of(listing(repository, CONVERTED));
            if (!converted.isEmpty()) {
                return converted;
            }
        }
        throw new AmalgamException("the data set " + repository + " holds no Parquet files at " + revision
                + "; download it and give its folder as the path");
    }

    private Listing listing(Repository repository, String revision) {
        return listing(repository, List.of(revision));
    }

    /** What the hub answers on the first revision or, where it is not asked or not reached, the first that the cache holds. */
    private Listing listing(Repository repository, List<String> revisions) {
        Optional<Listing> cached = Optional.empty();
        try {
            if (!environment.offline()) {
                return client.listing(repository, revisions.get(0));
            }
            cached = cached(repository, revisions);
        } catch (Unavailable failure) {
            cached = cached(repository, revisions);
            if (cached.isEmpty()) {
                throw new AmalgamException(
                        "the " + repository.kind() + " " + repository + " cannot be fetched: " + failure.getMessage()
                                + ", and the cache " + cache.root()
                                + " does not hold it; check the network and HF_ENDPOINT",
                        failure);
            }
            notice.accept(failure.getMessage() + "; " + repository + " is taken as the cache holds it, at commit "
                    + cached.get().commit());
        }
        return cached.orElseThrow(() -> new AmalgamException("the " + repository.kind() + " " + repository + " at "
                + revisions.get(0) + " is not in the cache " + cache.root()
                + ", and HF_HUB_OFFLINE forbids to fetch it; fetch it once without HF_HUB_OFFLINE"));
    }

    private Optional<Listing> cached(Repository repository, List<String> revisions) {
        return revisions.stream()
                .flatMap(revision -> cache.listing(repository, revision).stream())
                .findFirst();
    }

    /** Afterwards the snapshot holds the files, all of them or, if it fails, none that it did not hold before. */
    private void fetch(Listing listing, List<String> files) {
        Repository repository = listing.repository();
        files.stream().filter(file -> !HubCache.isInside(file)).findFirst().ifPresent(file -> {
            throw new AmalgamException("the " + repository.kind() + " " + repository + " has a file \""
                    + file.replaceAll("\\p{Cntrl}", "?")
                    + "\", a name that not every system has; nothing of it was fetched: download it and give its folder as"
                    + " the path");
        });
        List<String> missing = files.stream()
                .filter(file -> cache.find(repository, listing.commit(), file).isEmpty())
                .toList();
        if (!listing.cached()) {
            try {
                download(listing, missing);
            } catch (Unavailable failure) {
                throw new AmalgamException(
                        "the " + repository.kind() + " " + repository + " cannot be fetched: " + failure.getMessage()
                                + "; what has come is kept, run it again to go on",
                        failure);
            }
            cache.remember(listing);
        }
    }

    private void download(Listing listing, List<String> files) throws Unavailable {
        if (files.isEmpty()) {
            return;
        }
        List<ServedFile> served = new ArrayList<>();
        for (String file : files) {
            served.add(client.describe(listing, file));
        }
        long bytes = served.stream()
                .mapToLong(file -> Download.missing(cache, listing.repository(), file))
                .sum();
        requireSpace(listing.repository(), bytes);
        Set<String> seen = new HashSet<>();
        Set<String> fresh = new HashSet<>();
        try (Progress shown = progress.progress("fetching " + listing.repository() + " (MB)", megabytes(bytes))) {
            long[] received = new long[1];
            for (ServedFile file : served) {
                Download download = new Download(client, cache, more -> {
                    received[0] += more;
                    shown.step(received[0] / MEGABYTE, file.file());
                });
                boolean fetched = download.fetch(listing, file);
                // a content that two files share is not one file's own
                if (!seen.add(file.etag())) {
                    fresh.remove(file.etag());
                } else if (fetched) {
                    fresh.add(file.etag());
                }
            }
            shown.step(megabytes(bytes), "");
        }
        // Only now: offline, a snapshot with some of a split's files would look like a smaller split.
        served.forEach(file -> cache.link(listing, file, fresh.contains(file.etag())));
    }

    private static long megabytes(long bytes) {
        return Math.max(1, (bytes + MEGABYTE - 1) / MEGABYTE);
    }

    private void requireSpace(Repository repository, long bytes) {
        try {
            Files.createDirectories(cache.root());
            long free = Files.getFileStore(cache.root()).getUsableSpace();
            if (free < bytes) {
                throw new AmalgamException("the " + repository.kind() + " " + repository + " takes "
                        + megabytes(bytes) + " MB more in " + cache.root() + ", where " + free / MEGABYTE
                        + " MB are free; make room, or choose another cache with HF_HUB_CACHE");
            }
        } catch (IOException e) {
            throw new AmalgamException(
                    cache.root() + " cannot be made (" + e + "); choose a cache that can be written with HF_HUB_CACHE",
                    e);
        }
    }
}
