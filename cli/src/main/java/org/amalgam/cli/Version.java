package org.amalgam.cli;

import picocli.CommandLine.IVersionProvider;

import java.util.Optional;

/** What {@code --version} prints, from the jar's manifest. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("built from classes");
        return new String[] {"amalgam " + version, "java " + Runtime.version()};
    }
}
