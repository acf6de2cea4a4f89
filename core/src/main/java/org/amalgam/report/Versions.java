package org.amalgam.report;

/** The software that computed a result. */
public record Versions(String amalgam, String java, String libtorch, String os) {

    /** With the running Java and operating system filled in. */
    public static Versions ofThisMachine(String amalgam, String libtorch) {
        return new Versions(
                amalgam,
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
                libtorch,
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
    }
}
