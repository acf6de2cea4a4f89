package org.amalgam.method;

import org.amalgam.settings.Setting;

import java.util.Optional;

/** How experts are made smaller. */
public record CompressSettings(
        @Setting(
                value = "null",
                help =
                        "rank to which each expert's weight matrices are cut by a singular value decomposition; null keeps them")
        Optional<Integer> rank) {}
