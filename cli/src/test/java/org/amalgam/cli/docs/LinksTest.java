package org.amalgam.cli.docs;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Links between pages lead somewhere. */
class LinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?://)([^)#\\s]*)(?:#([^)\\s]+))?\\)");

    static List<String> pages() {
        return Pages.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsToAFileAndItsHeading(String page) {
        for (Matcher link = LINK.matcher(Pages.read(page)); link.find(); ) {
            Path here = Pages.root().resolve(page);
            Path target = link.group(1).isEmpty() ? here : here.resolveSibling(link.group(1));
            assertThat(target).as("%s: %s", page, link.group()).exists();
            if (link.group(2) != null) {
                String text =
                        Pages.read(Pages.root().relativize(target.normalize()).toString());
                assertThat(anchors(text)).as("%s: %s", page, link.group()).contains(link.group(2));
            }
            assertThat(Files.isReadable(target)).isTrue();
        }
    }

    /** The anchors that GitHub makes of headings. */
    private static List<String> anchors(String text) {
        return text.lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(java.util.Locale.ROOT)
                        .replaceAll("[^\\w\\s-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toList());
    }
}
