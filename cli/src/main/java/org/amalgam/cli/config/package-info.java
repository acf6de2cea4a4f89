/**
 * Composition of a run's configuration: the root settings, one file of each group, and the overrides of the command line, laid over
 * each other into one tree. The grammar is a subset of Hydra's, strict as Hydra's struct mode is: a key that is not there
 * is a mistake unless {@code +} says that it is meant.
 */
package org.amalgam.cli.config;
