package org.amalgam.hub;

/**
 * What the hub says of a file before it hands it out.
 *
 * @param file its path in the repository
 * @param etag names the content: SHA-256 of a large file, git's hash of a small one
 * @param size in bytes
 */
record ServedFile(String file, String etag, long size) {}
