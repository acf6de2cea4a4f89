package org.amalgam.hub;

import java.util.List;

/**
 * The files of a repository at a commit.
 *
 * @param revision as it was asked for
 * @param commit 40 hex digits
 * @param files their paths in the repository; of a cached listing, those that are in the cache
 * @param cached whether the cache says so, and not the hub
 */
record Listing(Repository repository, String revision, String commit, List<String> files, boolean cached) {

    Listing {
        files = List.copyOf(files);
    }
}
