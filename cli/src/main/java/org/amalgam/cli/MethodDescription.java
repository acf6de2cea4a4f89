package org.amalgam.cli;

import org.amalgam.settings.SettingsSchema;

/**
 * A method as {@code amalgam methods} presents it.
 *
 * @param name the name that {@code method=} takes
 * @param summary one line
 * @param citation the paper: authors, title, venue
 * @param settings its settings
 */
public record MethodDescription(String name, String summary, String citation, SettingsSchema settings) {}
