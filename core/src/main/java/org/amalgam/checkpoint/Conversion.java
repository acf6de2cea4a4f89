package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.SafetensorsWriter.Entry;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Span;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model of PyTorch's pickles, or of safetensors, written anew as safetensors. Tensors are passed through in slices, so that a model
 * may exceed the memory; no code of a pickle is run ({@link TorchFile}).
 *
 * @param files with weights that were written
 * @param tensors how many
 * @param bytes of all tensors together
 * @param tied names that are left out, by which the same memory was known a second time, with the name that is kept
 * @param leftOut what a pickle holds besides tensors
 * @param carried configuration and tokenizer files that were copied
 */
public record Conversion(
        List<Path> files, int tensors, long bytes, Map<String, String> tied, List<String> leftOut, List<Path> carried) {

    private static final int SLICE_BYTES = 1 << 24;

    /**
     * How to write.
     *
     * @param maxShardBytes bytes of tensors in a file
     * @param dtype type that floating-point tensors are rounded to; empty keeps each one's own
     */
    public record Options(long maxShardBytes, Optional<DType> dtype) {}

    /** One tensor to write, and what it is the same as under another name. */
    private record Source(Entry entry, Object identity) {}

    /**
     * Converts a file or folder.
     *
     * @param target a folder that does not exist; or a file of a name that ends in {@code .safetensors}
     * @throws AmalgamException if the source is no model, or the target is in the way or cannot be written: nothing is left of it
     */
    public static Conversion write(Path source, Path target, Options options) {
        // before gigabytes are read
        AtomicFolder.requirePlace(target);
        WeightFiles weights = WeightFiles.of(source);
        boolean single = target.toString().endsWith(".safetensors");
        Map<String, Source> sources = new LinkedHashMap<>();
        List<String> leftOut = new ArrayList<>();
        for (Path file : weights.files()) {
            sources(file, leftOut).forEach((name, each) -> {
                if (sources.put(name, each) != null) {
                    throw new AmalgamException(
                            file + ": tensor " + name + " is in another shard too. Remove one of them");
                }
            });
        }
        if (sources.isEmpty()) {
            throw new AmalgamException(source + ": holds no tensor"
                    + (leftOut.isEmpty()
                            ? ""
                            : ", only " + leftOut.stream().limit(4).toList()));
        }
        Map<String, String> tied = tied(sources);
        List<Entry> entries = sources.entrySet().stream()
                .filter(each -> !tied.containsKey(each.getKey()))
                .map(each -> recoded(each.getValue().entry(), options.dtype(), source))
                .toList();
        List<Path> files = new ArrayList<>();
        List<Path> carried = new ArrayList<>();
        if (single) {
            SafetensorsWriter.write(target, tied, entries);
            files.add(target);
        } else {
            AtomicFolder.write(target, folder -> {
                ShardedWriter.write(folder, weights.stem(), options.maxShardBytes(), tied, entries, Crew.ALONE, true)
                        .forEach(file -> files.add(target.resolve(file.getFileName())));
                carried.addAll(CarriedFiles.copy(weights, folder, options.dtype()));
            });
        }
        long bytes = entries.stream().mapToLong(Entry::bytes).sum();
        return new Conversion(files, entries.size(), bytes, tied, leftOut, carried);
    }

    private static Map<String, Source> sources(Path file, List<String> leftOut) {
        Map<String, Source> sources = new LinkedHashMap<>();
        if (file.toString().endsWith(".safetensors")) {
            Safetensors.open(file)
                    .slots()
                    .forEach((name, slot) -> sources.put(name, new Source(Entry.of(name, slot), slot)));
            return sources;
        }
        TorchFile.Opened opened = TorchFile.open(file);
        PickledState state = opened.state();
        leftOut.addAll(state.beside());
        state.foreign().forEach((name, kind) -> leftOut.add(name + " (" + kind + ")"));
        state.tensors().forEach((name, view) -> {
            Entry entry = view.isRowMajor()
                    ? Entry.of(name, opened.storages().slot(name, view))
                    : strided(name, view, opened.storages());
            sources.put(name, new Source(entry, List.of(file, view)));
        });
        return sources;
    }

    private static Entry strided(String name, TorchStorages.View view, TorchStorages storages) {
        return new Entry(name, view.dtype(), view.shape(), new Gathered(view, storages));
    }

    /** A tensor whose elements are gathered: all at once, since each span would gather them anew. */
    private record Gathered(TorchStorages.View view, TorchStorages storages) implements SafetensorsWriter.Source {

        @Override
        public void writeTo(WritableByteChannel out, Span span) throws IOException {
            var bytes = storages.tensor(view).data();
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }

        @Override
        public List<Span> spans(long elements) {
            return List.of(Span.whole(elements));
        }
    }

    /** Names of what has been seen before. Empty tensors and single numbers share memory by chance alone. */
    private static Map<String, String> tied(Map<String, Source> sources) {
        Map<Object, String> first = new HashMap<>();
        Map<String, String> tied = new LinkedHashMap<>();
        sources.forEach((name, source) -> {
            String earlier = source.entry().bytes() == 0 ? null : first.putIfAbsent(source.identity(), name);
            if (earlier != null) {
                tied.put(name, earlier);
            }
        });
        return tied;
    }

    /** The tensor rounded to another type on its way to the file. */
    private static Entry recoded(Entry entry, Optional<DType> wanted, Path source) {
        if (wanted.isEmpty() || wanted.get() == entry.dtype() || !entry.dtype().isFloating()) {
            return entry;
        }
        DType type = wanted.get();
        Recoding recoding = new Recoding(entry.dtype(), type, source + ": " + entry.name());
        return new Entry(entry.name(), type, entry.shape(), new Rounded(entry.source(), recoding));
    }

    /** What another source writes, rounded. */
    private record Rounded(SafetensorsWriter.Source source, Recoding recoding) implements SafetensorsWriter.Source {

        @Override
        public void writeTo(WritableByteChannel out, Span span) throws IOException {
            source.writeTo(new RecodingChannel(out, recoding, SLICE_BYTES), span);
        }

        @Override
        public List<Span> spans(long elements) {
            return source.spans(elements);
        }
    }
}
