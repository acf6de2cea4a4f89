package org.amalgam.cli.config;

import org.amalgam.settings.Setting;

/** Where and how a run computes, under the names that Lightning Fabric gave these settings. */
public record FabricSettings(
        @Setting(value = "1", help = "number of devices; a run on this machine takes what is there and says so")
        String devices,

        @Setting(value = "auto", help = "kind of device; a run on this machine takes what is there and says so")
        String accelerator,

        @Setting(
                value = "32-true",
                help = "32-true, or bf16-mixed: networks in bfloat16, coefficients and losses in float32",
                oneOf = {"32-true", "bf16-mixed"})
        String precision,

        @Setting(help = "where a run writes its log folder") LoggerSettings loggers) {}
