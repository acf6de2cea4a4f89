package org.amalgam.figure;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Neighbouring columns of a heat map under one name, so that 199 tensors read as 12 blocks.
 *
 * @param name what is written at the axis
 * @param first index of the first column
 * @param last index of the last column, inclusive
 */
public record ColumnGroup(String name, int first, int last) {

    private static final Pattern BLOCK =
            Pattern.compile("(?:^|\\.)(?:layers|blocks|resblocks|layer|h)\\.(\\d+)(?:\\.|$)");

    public ColumnGroup {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException("group " + name + " has no columns: " + first + " to " + last);
        }
    }

    /**
     * Groups parameter names by transformer block ({@code ...layers.3...}, {@code h.3...}, {@code resblocks.3...}). Before
     * the first block a parameter belongs to {@code embeddings}, after it to {@code head}. Only neighbours are grouped.
     */
    public static List<ColumnGroup> byBlock(List<String> parameterNames) {
        List<ColumnGroup> groups = new ArrayList<>();
        boolean seenBlock = false;
        String current = "";
        int first = 0;
        for (int i = 0; i < parameterNames.size(); i++) {
            Matcher block = BLOCK.matcher(parameterNames.get(i));
            boolean inBlock = block.find();
            seenBlock |= inBlock;
            String name = inBlock ? "block " + block.group(1) : seenBlock ? "head" : "embeddings";
            if (i > 0 && !name.equals(current)) {
                groups.add(new ColumnGroup(current, first, i - 1));
                first = i;
            }
            current = name;
        }
        if (!parameterNames.isEmpty()) {
            groups.add(new ColumnGroup(current, first, parameterNames.size() - 1));
        }
        return List.copyOf(groups);
    }
}
