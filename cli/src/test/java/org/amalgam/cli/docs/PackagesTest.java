package org.amalgam.cli.docs;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** The table of packages in ARCHITECTURE.md against the classes themselves. */
class PackagesTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\|(.*)\\|.*\\|$");
    private static final String ROOT = "org.amalgam.";

    /** What each package may import, as the page says. */
    private static Map<String, Set<String>> declared() {
        Map<String, Set<String>> declared = new TreeMap<>();
        String table = Pages.section(Pages.read("ARCHITECTURE.md"), "## The rooms");
        for (Matcher row = ROW.matcher(table); row.find(); ) {
            Set<String> imports = new TreeSet<>();
            Pattern.compile("`(\\w+)`").matcher(row.group(2)).results().forEach(name -> imports.add(name.group(1)));
            declared.put(row.group(1), imports);
        }
        return declared;
    }

    /** What each package does import. */
    private static Map<String, Set<String>> found() {
        // Outside classes are of no account here, and looking them up takes most of a minute.
        JavaClasses classes = ArchConfiguration.withThreadLocalScope(configuration -> {
            configuration.setResolveMissingDependenciesFromClassPath(false);
            return new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    // the library's fixtures, once they are packaged
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("org.amalgam");
        });
        Map<String, Set<String>> found = new TreeMap<>();
        classes.forEach(type -> {
            Set<String> imports = found.computeIfAbsent(room(type.getPackageName()), room -> new TreeSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> room(dependency.getTargetClass().getPackageName()))
                    .forEach(imports::add);
        });
        found.forEach((room, imports) -> {
            imports.remove("");
            imports.remove(room);
        });
        found.remove("");
        return found;
    }

    /** {@code tensor} for {@code org.amalgam.tensor.x}; empty for other packages and for the root, whose exception all use. */
    private static String room(String packageName) {
        return packageName.startsWith(ROOT)
                ? packageName.substring(ROOT.length()).split("\\.", -1)[0]
                : "";
    }

    @Test
    void everyPackageIsThereAndImportsNoMoreThanThePageSays() {
        Map<String, Set<String>> declared = declared();

        assertThat(declared.keySet()).isEqualTo(found().keySet());
        assertThat(found())
                .allSatisfy((room, imports) ->
                        assertThat(declared.get(room)).as("imports of %s", room).containsAll(imports));
    }
}
