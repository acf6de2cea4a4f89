package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.data.text.TokenBatch;
import org.amalgam.data.text.Tokenizer;
import org.amalgam.model.clip.ClipText;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

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
        Tensor classes = cache.get(fingerprint(classNames, templates), () -> classEmbeddings(classNames, templates));
        return new ZeroShotHead(projection, classes, scale);
    }

    /**
     * The text tower's projected embeddings, not normalised.
     *
     * @param ids token ids [N, tokens], int64
     * @return [N, projection]
     */
    public Tensor textEmbeddings(Tensor ids) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            return scope.keep(tower().embed(ids));
        }
    }

    /** Unit vectors [classes, projection]: per class the normalised mean of the normalised prompt embeddings. */
    private Tensor classEmbeddings(List<String> classNames, List<String> templates) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            Tower tower = tower();
            OptionalInt longest = OptionalInt.of(tower.text().config().positions());
            List<Tensor> classes = new ArrayList<>();
            try (Tokenizer tokenizer = Tokenizer.read(checkpoint.folder(), longest)) {
                for (String className : classNames) {
                    try (Scope inner = Scope.open()) {
                        List<String> prompts = templates.stream()
                                .map(template -> fill(template, className))
                                .toList();
                        classes.add(inner.keep(
                                unit(unit(tower.embed(tokenizer, prompts)).mean(0))));
                    }
                }
            }
            return scope.keep(Tensor.stack(classes));
        }
    }

    private Tower tower() {
        String where = checkpoint.folder().resolve("config.json").toString();
        ClipText.Config config = ClipText.Config.of(checkpoint.config(), where);
        Model text = Model.of("text tower", checkpoint, config.parameters(), ClipText.PREFIX);
        return new Tower(
                new ClipText(config, text.weights().map((name, tensor) -> tensor.to(DType.F32))),
                Model.single(checkpoint, "text_projection.weight").to(DType.F32));
    }

    /** The text tower and its projection [projection, width]. */
    private record Tower(ClipText text, Tensor projection) {

        Tensor embed(Tensor ids) {
            return text.features(ids).matmul(projection.transpose(0, 1));
        }

        Tensor embed(Tokenizer tokenizer, List<String> prompts) {
            List<Tensor> parts = new ArrayList<>();
            for (int from = 0; from < prompts.size(); from += PROMPTS_AT_ONCE) {
                List<String> some = prompts.subList(from, Math.min(prompts.size(), from + PROMPTS_AT_ONCE));
                TokenBatch tokens = tokenizer.encode(some);
                long[] ids = Arrays.stream(tokens.ids())
                        .flatMapToLong(Arrays::stream)
                        .toArray();
                parts.add(embed(Tensor.of(ids, some.size(), ids.length / some.size())));
            }
            return Tensor.concat(parts, 0);
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
