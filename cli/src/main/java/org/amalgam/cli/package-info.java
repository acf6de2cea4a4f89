/** The command line: what is typed, what is shown, and how a run ends. */
package org.amalgam.cli;
