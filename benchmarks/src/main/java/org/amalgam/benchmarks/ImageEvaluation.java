package org.amalgam.benchmarks;

import org.amalgam.data.dataset.ImageDataset;
import org.amalgam.data.dataset.ImageDatasets;
import org.amalgam.data.dataset.PixelCache;
import org.amalgam.data.dataset.PixelStore;
import org.amalgam.data.image.ImageProcessor;
import org.amalgam.data.image.Resample;
import org.amalgam.data.image.Resize;
import org.amalgam.model.Encoder;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.pool.Evaluation;
import org.amalgam.pool.ImageTask;
import org.amalgam.pool.ZeroShotHead;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Times the evaluation of a ViT-B/32 of random weights on image files: {@code ImageEvaluation FOLDER BATCH [precision] [cache]}.
 * Prints images a second; with a folder for a cache, decoded images come from it where they are there.
 */
public final class ImageEvaluation {

    private static final int CLASSES = 10;
    private static final int PROJECTION = 512;
    private static final List<Float> MEAN = List.of(0.48145467f, 0.4578275f, 0.40821072f);
    private static final List<Float> DEVIATION = List.of(0.26862955f, 0.2613026f, 0.2757771f);

    private ImageEvaluation() {}

    public static void main(String[] arguments) {
        int batch = RandomWork.argument(arguments, 1, 16);
        Precision precision = Precision.of(arguments.length > 2 ? arguments[2] : "32-true");
        Optional<PixelCache> cache =
                arguments.length > 3 ? Optional.of(new PixelCache(Path.of(arguments[3]), 1L << 30)) : Optional.empty();
        ClipVisionConfig config = ViTs.b32();
        ImageProcessor processor = new ImageProcessor(
                new Resize.ShortestEdge(224), Resample.BICUBIC, 224, 224, 1 / 255.0, MEAN, DEVIATION);
        ImageDataset images = ImageDatasets.open(List.of(Path.of(arguments[0])), "test", List.of(), "images");
        try (Scope scope = Scope.open();
                PixelStore store = new PixelStore(images, processor, 256L << 20, cache)) {
            RandomWork work = new RandomWork(config, 1, batch, new Random(0));
            Encoder network = config.encoder(work.model(name -> true));
            Tensor names = Tensors.normal(1, 1, CLASSES, PROJECTION);
            ZeroShotHead head = new ZeroShotHead(
                    Tensors.normal(2, 1.0 / 28, PROJECTION, config.transformer().width()),
                    names.div(names.norm(-1)),
                    100);
            ImageTask task = new ImageTask("images", store, head, "benchmark");
            Run run = RandomWork.run(precision, new Profiler());
            long start = System.nanoTime();
            long count =
                    Evaluation.of(network, List.of(task), batch, run).get(0).samples();
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "%.2f images/s, resident %.2f GB%n", (double) count / seconds, Natives.peakResidentBytes() / 1e9);
        }
    }
}
