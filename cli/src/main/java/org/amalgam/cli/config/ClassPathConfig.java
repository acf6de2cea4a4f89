package org.amalgam.cli.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The group files among the resources: {@code config/taskpool/dummy.yaml}, in whichever jar or folder of the class path. */
public final class ClassPathConfig implements BuiltIn {

    private static final String ROOT = "config";

    private final ClassLoader loader;

    public ClassPathConfig(ClassLoader loader) {
        this.loader = loader;
    }

    @Override
    public List<String> names(String folder) {
        TreeSet<String> names = new TreeSet<>();
        try {
            for (URL root : Collections.list(loader.getResources(ROOT))) {
                names.addAll(names(root.toURI(), folder));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        return List.copyOf(names);
    }

    private static List<String> names(URI root, String folder) throws IOException {
        if (!root.getScheme().equals("jar")) {
            return new YamlFolder(Path.of(root)).names(folder);
        }
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(URI.create(jarOf(root))), Map.of())) {
            return new YamlFolder(jar.getPath("/" + ROOT)).names(folder);
        }
    }

    /** {@code jar:file:/a/b.jar!/config} to {@code file:/a/b.jar}. */
    private static String jarOf(URI entry) {
        String text = entry.getRawSchemeSpecificPart();
        return text.substring(0, text.indexOf("!/"));
    }

    @Override
    public Optional<ConfigFile> find(String folder, String name) {
        String resource = String.join("/", ROOT, folder, name) + ".yaml";
        try (InputStream in = loader.getResourceAsStream(resource.replace("//", "/"))) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(ConfigFile.read(
                            new String(in.readAllBytes(), StandardCharsets.UTF_8), "built-in " + resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
