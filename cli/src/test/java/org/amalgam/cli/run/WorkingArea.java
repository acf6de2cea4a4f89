package org.amalgam.cli.run;

import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.cli.Main;
import org.amalgam.cli.Terminal;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * A user's folder: {@code models/clip}, experts {@code models/birds} and {@code models/digits}, data for both, and {@code conf}
 * with a model pool and a task pool named {@code mine}. Every path is absolute.
 */
record WorkingArea(Path root) {

    /** How a command ended. */
    record Ending(int code, String out, String err) {}

    static WorkingArea in(Path root) throws IOException {
        WorkingArea area = new WorkingArea(root);
        Path mini = golden("mini");
        copy(mini.resolve("base"), area.model("clip"));
        copy(mini.resolve("task_0"), area.model("birds"));
        copy(mini.resolve("task_1"), area.model("digits"));
        area.writeImages();
        area.writeDigits(0, 1, 2, 0, 1, 2);
        area.write("conf/modelpool/mine.yaml", area.modelPool());
        area.write("conf/taskpool/mine.yaml", area.taskPool());
        return area;
    }

    Path model(String name) {
        return root.resolve("models").resolve(name);
    }

    Path path(String relative) {
        return root.resolve(relative);
    }

    /** Runs the command line on this area's configuration; logs go to {@code logs}. */
    Ending amalgam(String... overrides) {
        List<String> arguments =
                new ArrayList<>(List.of("--config-dir", path("conf").toString()));
        arguments.addAll(List.of(overrides));
        arguments.add("fabric.loggers.root_dir=" + path("logs"));
        return command(arguments.toArray(String[]::new));
    }

    /** Runs the command line of those words alone. */
    Ending command(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        AmalgamProgram::new,
                        Terminal.none(StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(words);
        return new Ending(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Every file and folder below, relative. */
    Set<String> files() throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            Set<String> files = new TreeSet<>();
            tree.forEach(file -> files.add(root.relativize(file).toString()));
            return files;
        }
    }

    void write(String relative, String text) throws IOException {
        Files.createDirectories(path(relative).getParent());
        Files.writeString(path(relative), text);
    }

    /** Rewrites a model's tensors. */
    void change(String model, UnaryOperator<Map<String, HostTensor>> change) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        Checkpoint.open(model(model)).slots().forEach((name, slot) -> tensors.put(name, slot.tensor()));
        SafetensorsWriter.write(model(model).resolve("model.safetensors"), change.apply(tensors));
    }

    /** A safetensors file with that header and so many bytes of data. */
    void writeRaw(String model, String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + dataBytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        Files.write(
                model(model).resolve("model.safetensors"),
                file.putLong(text.length).put(text).array());
    }

    /** IDX files of gray images with those labels. */
    void writeDigits(int... labels) throws IOException {
        Random random = new Random(1);
        ByteBuffer images = ByteBuffer.allocate(16 + labels.length * 64);
        images.putInt(0x803).putInt(labels.length).putInt(8).putInt(8);
        while (images.hasRemaining()) {
            images.put((byte) random.nextInt());
        }
        ByteBuffer numbers =
                ByteBuffer.allocate(8 + labels.length).putInt(0x801).putInt(labels.length);
        for (int label : labels) {
            numbers.put((byte) label);
        }
        Files.createDirectories(path("data/digits"));
        Files.write(path("data/digits/test-images-idx3-ubyte"), images.array());
        Files.write(path("data/digits/test-labels-idx1-ubyte"), numbers.array());
    }

    /** A folder of the golden test resources. */
    static Path golden(String name) {
        return resource("golden/" + name);
    }

    /** A folder of the library's test resources, wherever below the project the tests run. */
    static Path resource(String name) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path resource = folder.resolve("core/src/test/resources").resolve(name);
            if (Files.isDirectory(resource)) {
                return resource;
            }
        }
        throw new IllegalStateException("run the tests in the project");
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private String modelPool() {
        return """
                _target_: fusion_bench.modelpool.CLIPVisionModelPool
                models:
                  _pretrained_: %1$s/models/clip
                  birds: %1$s/models/birds
                  digits: %1$s/models/digits
                test_datasets:
                %2$s
                """.formatted(root, datasets());
    }

    private String taskPool() {
        return """
                _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool
                clip_model: %1$s/models/clip
                processor: %1$s/models/clip
                test_datasets:
                %2$s
                """.formatted(root, datasets());
    }

    private String datasets() {
        return """
                  birds:
                    path: %1$s/data/birds
                    classnames: [owl, wren]
                    templates: ["a photo of a {}."]
                  digits:
                    path: %1$s/data/digits
                    split: test
                    classnames: [zero, one, two]""".formatted(root).indent(2).stripTrailing();
    }

    private void writeImages() throws IOException {
        Random random = new Random(2);
        for (String name : List.of("owl", "wren")) {
            Path folder = Files.createDirectories(path("data/birds").resolve(name));
            for (int i = 0; i < 3; i++) {
                BufferedImage image = new BufferedImage(20, 17 + i, BufferedImage.TYPE_INT_RGB);
                for (int y = 0; y < image.getHeight(); y++) {
                    for (int x = 0; x < image.getWidth(); x++) {
                        image.setRGB(x, y, random.nextInt());
                    }
                }
                if (!ImageIO.write(image, "png", folder.resolve(i + ".png").toFile())) {
                    throw new UncheckedIOException(new IOException("no PNG writer"));
                }
            }
        }
    }
}
