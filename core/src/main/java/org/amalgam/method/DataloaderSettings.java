package org.amalgam.method;

import org.amalgam.settings.Setting;

/** How training samples are drawn. */
public record DataloaderSettings(
        @Setting(value = "16", atLeast = 1, help = "samples of each task a step")
        int batchSize,

        @Setting(value = "4", help = "accepted for the reference's sake; decoding uses the machine's processors")
        int numWorkers) {}
