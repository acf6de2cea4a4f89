package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.data.text.TokenBatch;
import org.amalgam.data.text.Tokenizer;
import org.amalgam.model.FeatureSpec;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Makes zero-shot heads with the text tower of a full CLIP model, of transformers or of OpenCLIP. */
public final class ClipHeads {

    private static final int PROMPTS_AT_ONCE = 64;

    private final Checkpoint checkpoint;
    private final Words words;
    private final HeadCache cache;
    private final String fingerprint;

    private ClipHeads(Checkpoint checkpoint, HeadCache cache) {
        this.checkpoint = checkpoint;
        this.words = Families.of(checkpoint).words(checkpoint);
        this.cache = cache;
        this.fingerprint = checkpoint.fingerprint() + " " + Tokenizer.fingerprint(checkpoint.folder());
    }

    /**
     * Heads of the CLIP model in that folder or file.
     *
     * @param cache folder in which heads are kept by the hash of model, tokenizer, class names and templates
     */
    public static ClipHeads open(Path clip, Path cache) {
        return new ClipHeads(Checkpoint.open(clip), new HeadCache(cache));
    }

    /** What identifies the head of these names and templates: a hash. */
    public String fingerprint(List<String> classNames, List<String> templates) {
        return HeadCache.key(fingerprint, classNames, templates);
    }

    /** The head of these class names and templates ({@code {}} stands for the name). It belongs to the scope that is open. */
    public ZeroShotHead head(List<String> classNames, List<String> templates) {
        return new ZeroShotHead(words.projection(), classes(classNames, templates), words.scale());
    }

    /**
     * The head of these class names and templates for that encoder's features, with a projection unless they are projected.
     *
     * @throws AmalgamException if the features are of another width than the heads take
     */
    public Head head(List<String> classNames, List<String> templates, FeatureSpec features) {
        Tensor projection = words.projection();
        long taken = projection.size(features.joint() ? 0 : 1);
        if (taken != features.width()) {
            throw new AmalgamException("taskpool.clip_model: the heads of " + checkpoint.path()
                    + " take features of width " + taken + ", the models of modelpool give " + features.width()
                    + "; name the CLIP model that they descend from");
        }
        Tensor classes = classes(classNames, templates);
        return features.joint()
                ? new CosineHead(classes, words.scale())
                : new ZeroShotHead(projection, classes, words.scale());
    }

    private Tensor classes(List<String> classNames, List<String> templates) {
        return cache.get(fingerprint(classNames, templates), () -> classEmbeddings(classNames, templates));
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
            return scope.keep(words.tower().embedding().of(ids));
        }
    }

    /** Unit vectors [classes, projection]: per class the normalised mean of the normalised prompt embeddings. */
    private Tensor classEmbeddings(List<String> classNames, List<String> templates) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            Words.Tower tower = words.tower();
            OptionalInt longest = OptionalInt.of(tower.longest());
            List<Tensor> classes = new ArrayList<>();
            try (Tokenizer tokenizer = Tokenizer.read(checkpoint.folder(), longest)) {
                for (String className : classNames) {
                    try (Scope inner = Scope.open()) {
                        List<String> prompts = templates.stream()
                                .map(template -> fill(template, className))
                                .toList();
                        classes.add(inner.keep(
                                unit(unit(embed(tower, tokenizer, prompts)).mean(0))));
                    }
                }
            }
            return scope.keep(Tensor.stack(classes));
        }
    }

    /** The embeddings of all prompts, a few at a time. */
    private static Tensor embed(Words.Tower tower, Tokenizer tokenizer, List<String> prompts) {
        List<Tensor> parts = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += PROMPTS_AT_ONCE) {
            List<String> some = prompts.subList(from, Math.min(prompts.size(), from + PROMPTS_AT_ONCE));
            TokenBatch tokens = tokenizer.encode(some);
            long[] ids =
                    Arrays.stream(tokens.ids()).flatMapToLong(Arrays::stream).toArray();
            parts.add(tower.embedding().of(Tensor.of(ids, some.size(), ids.length / some.size())));
        }
        return Tensor.concat(parts, 0);
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
