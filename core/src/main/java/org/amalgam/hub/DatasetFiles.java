package org.amalgam.hub;

import org.amalgam.AmalgamException;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Parquet files of a data set's repository by configuration and split, as the hub's layouts name them: {@code
 * data/test-00000-of-00002.parquet}, {@code config/test-00000-of-00001.parquet}, {@code config/test/0000.parquet}, {@code test.parquet}.
 */
record DatasetFiles(Listing listing, List<Part> parts) {

    /** The configuration of files that lie in no folder of one. */
    private static final String DEFAULT = "default";

    private static final Pattern SHARD = Pattern.compile("(.+?)[-_.](\\d{1,9})-of-(\\d{1,9})(?:-[0-9a-f]+)?");
    private static final Pattern NUMBER = Pattern.compile("\\d+|part[-_.]?\\d.*");
    private static final Pattern PARTIAL = Pattern.compile("partial-(.+)");
    private static final String ENDING = ".parquet";

    private static final Map<String, List<String>> ALIASES =
            Map.of("validation", List.of("val", "valid", "dev"), "val", List.of("validation", "valid"));

    /**
     * A file of a split.
     *
     * @param shards how many the split has; 0 where the name does not say
     */
    record Part(String file, String configuration, String split, int shards) {

        static Part of(String file) {
            List<String> folders = List.of(file.split("/", -1));
            String stem = folders.get(folders.size() - 1);
            stem = stem.substring(0, stem.length() - ENDING.length());
            folders = folders.subList(0, folders.size() - 1);
            Matcher shard = SHARD.matcher(stem);
            int shards = shard.matches() ? Integer.parseInt(shard.group(3)) : 0;
            String split = shard.matches() ? shard.group(1) : stem;
            if (NUMBER.matcher(stem).matches() && !folders.isEmpty()) {
                split = folders.get(folders.size() - 1);
                folders = folders.subList(0, folders.size() - 1);
            }
            String folder = folders.isEmpty() ? "data" : folders.get(folders.size() - 1);
            return new Part(file, folder.equals("data") ? DEFAULT : folder, split, shards);
        }
    }

    static DatasetFiles of(Listing listing) {
        return new DatasetFiles(
                listing,
                listing.files().stream()
                        .filter(file -> file.endsWith(ENDING) && file.length() > ENDING.length())
                        .filter(file -> !file.endsWith("/" + ENDING))
                        .sorted()
                        .map(Part::of)
                        .toList());
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /**
     * The files of one split, in order.
     *
     * @param configuration empty for the only one, or the one called {@code default}
     * @param split empty for the only one
     * @throws AmalgamException if there is none of that name (the message lists those that are), or a part of it is missing
     */
    List<String> of(String configuration, String split) {
        List<Part> configured = inConfiguration(configuration);
        String chosen = chooseSplit(configured, split);
        List<Part> files =
                configured.stream().filter(part -> part.split().equals(chosen)).toList();
        Matcher partial = PARTIAL.matcher(chosen);
        if (partial.matches()) {
            throw new AmalgamException(what() + ": the hub converted only a part of the split " + partial.group(1)
                    + "; download the data and give their folder as the path");
        }
        requireWhole(files);
        return files.stream().map(Part::file).toList();
    }

    private List<Part> inConfiguration(String asked) {
        TreeSet<String> there = parts.stream().map(Part::configuration).collect(Collectors.toCollection(TreeSet::new));
        String chosen = asked;
        if (asked.isEmpty()) {
            chosen = there.size() == 1 ? there.first() : DEFAULT;
        }
        if (!there.contains(chosen)) {
            throw new AmalgamException(what()
                    + (asked.isEmpty() ? " has several configurations; give" : " has no configuration " + asked + ";")
                    + " name: one of " + String.join(", ", there));
        }
        String configuration = chosen;
        return parts.stream()
                .filter(part -> part.configuration().equals(configuration))
                .toList();
    }

    private String chooseSplit(List<Part> configured, String asked) {
        TreeSet<String> there = configured.stream().map(Part::split).collect(Collectors.toCollection(TreeSet::new));
        if (asked.isEmpty() && there.size() == 1) {
            return there.first();
        }
        return Stream.concat(Stream.of(asked), ALIASES.getOrDefault(asked, List.of()).stream())
                .flatMap(name -> Stream.of(name, "partial-" + name))
                .filter(there::contains)
                .findFirst()
                .orElseThrow(() -> new AmalgamException(
                        what() + " has " + (asked.isEmpty() ? "several splits" : "no split " + asked) + "; give split: "
                                + String.join(" or ", there)));
    }

    /** A shard left out would silently shrink the set. */
    private void requireWhole(List<Part> files) {
        int shards = files.get(0).shards();
        Optional<Part> odd =
                files.stream().filter(part -> part.shards() != shards).findFirst();
        if (odd.isPresent() || (shards > 0 && shards != files.size())) {
            throw new AmalgamException(what() + ": expected " + shards + " files of the split, as "
                    + files.get(0).file() + " says, found " + files.size()
                    + (listing.cached() ? " in the cache; fetch it once without HF_HUB_OFFLINE" : "; give the files"));
        }
    }

    private String what() {
        return "the data set " + listing.repository() + " at " + listing.revision();
    }
}
