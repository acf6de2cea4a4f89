package org.amalgam.cli.run;

import org.amalgam.cli.Console;
import org.amalgam.cli.config.BuiltIn;

final class Demo {
    private Demo() {}

    static void execute(BuiltIn builtIn, Console console) {
        console.line(builtIn.names(org.amalgam.cli.config.Group.METHOD).toString());
    }
}
