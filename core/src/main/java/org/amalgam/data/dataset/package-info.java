/** Labelled image sets on disk, what order their rows are drawn in, and their pixels by row. */
package org.amalgam.data.dataset;
