package org.amalgam.cli.config;

import org.amalgam.settings.Source;

/**
 * An override as it was typed.
 *
 * @param text the text
 * @param source its position on the command line
 */
public record Argument(String text, Source source) {}
