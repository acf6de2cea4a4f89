package org.amalgam.pool;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.data.text.TokenBatch;
import org.amalgam.data.text.Tokenizer;
import org.amalgam.model.clip.ClipText;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

/** Makes zero-shot heads with the text tower of a full CLIP model. */
public final class ClipHeads {

    private static final int PROMPTS_AT_ONCE = 64;

    private final Checkpoint checkpoint;
    private final HeadCache cache;

    private ClipHeads(Checkpoint checkpoint, HeadCache cache) {
        this.checkpoint = checkpoint;
        this.cache = cache;
    }

    /**
     * Heads of the CLIP model in that folder.
     *
     * @param cache folder in which heads are kept by the hash of model, class names and templates
     */
    public static ClipHeads open(Path clip, Path cache) {
        return new ClipHeads(Checkpoint.open(clip), new HeadCache(cache));
    }

    /** What identifies the head of these names and templates: a hash. */
    public String fingerprint(List<String> classNames, List<String> templates) {
        return HeadCache.key(checkpoint.sha256(), classNames, templates);
    }

    /** The head of these class names and templates ({@code {}} stands for the name). It belongs to the scope that is open. */
    public ZeroShotHead head(List<String> classNames, List<String> templates) {
        Tensor projection = Model.single(checkpoint, "visual_projection.weight").to(DType.F32);
        double scale = Math.exp(Model.single(checkpoint, "logit_scale").item());
        Tensor classes = cache.get(
                fingerprint(classNames, templates), () -> classEmbeddings(classNames, templates));
        return new ZeroShotHead(projection, classes, scale);
    }

    /** Unit vectors [classes, projection]: per class the normalised mean of the normalised prompt embeddings. */
    public Tensor classEmbeddings(List<String> classNames, List<String> templates) {
        String where = checkpoint.folder().resolve("config.json").toString();
        ClipText.Config config = ClipText.Config.of(checkpoint.config(), where);
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off();
                Tokenizer tokenizer = Tokenizer.read(checkpoint.folder(), config.positions())) {
            Weights weights = Model.open("text tower", checkpoint.folder(), config.parameters(), "text_model.")
                    .weights()
                    .map((name, tensor) -> tensor.to(DType.F32));
            Tensor projection = Model.single(checkpoint, "text_projection.weight").to(DType.F32);
            Encoding encoding = new Encoding(new ClipText(config, weights), projection, tokenizer);
            List<Tensor> classes = new ArrayList<>();
            for (String className : classNames) {
                try (Scope inner = Scope.open()) {
                    Tensor mean = unit(encoding.prompts(className, templates)).mean(0);
                    classes.add(inner.keep(unit(mean)));
                }
            }
            return scope.keep(Tensor.stack(classes));
        }
    }

    private record Encoding(ClipText tower, Tensor projection, Tokenizer tokenizer) {

        /** Projected embeddings [templates, projection] of the prompts of one class. */
        Tensor prompts(String className, List<String> templates) {
            List<String> texts =
                    templates.stream().map(template -> fill(template, className)).toList();
            List<Tensor> parts = new ArrayList<>();
            for (int from = 0; from < texts.size(); from += PROMPTS_AT_ONCE) {
                parts.add(embed(texts.subList(from, Math.min(texts.size(), from + PROMPTS_AT_ONCE))));
            }
            return Tensor.concat(parts, 0);
        }

        private Tensor embed(List<String> texts) {
            TokenBatch tokens = tokenizer.encode(texts);
            int length = tokens.ids()[0].length;
            long[] ids = java.util.Arrays.stream(tokens.ids())
                    .flatMapToLong(java.util.Arrays::stream)
                    .toArray();
            return tower.features(Tensor.of(ids, texts.size(), length)).matmul(projection.transpose(0, 1));
        }
    }

    private static String fill(String template, String className) {
        if (!template.contains("{}")) {
            throw new AmalgamException("template \"" + template + "\" has no {} for the class name; write, for example,"
                    + " \"a photo of a {}.\"");
        }
        return template.replace("{}", className);
    }

    private static Tensor unit(Tensor vectors) {
        return vectors.div(vectors.norm(-1));
    }
}
