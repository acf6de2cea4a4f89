/**
 * Figures as pure data: curves, heat maps, dot plots. Methods make them of what they learned; {@code report} draws them.
 */
package org.amalgam.figure;
