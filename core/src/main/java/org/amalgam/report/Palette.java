package org.amalgam.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One colour a key on a whole page. The hues are Okabe and Ito's (2008), which the common colour blindnesses keep apart,
 * darkened where they are too pale for white paper and lightened where they are too dark for a dark page. After eight keys
 * the hues come again with another dash.
 */
record Palette(Map<String, Colour> colours) {

    /**
     * A key's look.
     *
     * @param light for a light page
     * @param dark for a dark page
     */
    record Colour(String light, String dark, String dash) {}

    private static final List<Colour> HUES = List.of(
            new Colour("#0072b2", "#4aa8e0", "solid"),
            new Colour("#d55e00", "#f08a4b", "solid"),
            new Colour("#009e73", "#33c79b", "solid"),
            new Colour("#b85c94", "#dd9cc2", "solid"),
            new Colour("#c98a00", "#f0b429", "solid"),
            new Colour("#3aa0dd", "#8fd0f5", "solid"),
            new Colour("#8c8500", "#f0e442", "solid"),
            new Colour("#6b6b6b", "#b5b5b5", "solid"));

    private static final List<String> DASHES = List.of("solid", "dashed", "dotted");

    /** Colours for the keys in their order; a key that is there again keeps its first colour. */
    static Palette of(List<String> keys) {
        Map<String, Colour> colours = new LinkedHashMap<>();
        for (String key : keys) {
            if (!colours.containsKey(key)) {
                int index = colours.size();
                Colour hue = HUES.get(index % HUES.size());
                String dash = DASHES.get(index / HUES.size() % DASHES.size());
                colours.put(key, new Colour(hue.light(), hue.dark(), dash));
            }
        }
        return new Palette(colours);
    }
}
