package org.amalgam.cli;

import picocli.CommandLine.IVersionProvider;

import java.util.Optional;

/** What {@code --version} prints, from the jar's manifest. */
public final class Version implements IVersionProvider {

    /** Amalgam's version. */
    public static String text() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("built from classes");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"amalgam " + text(), "java " + Runtime.version()};
    }
}
