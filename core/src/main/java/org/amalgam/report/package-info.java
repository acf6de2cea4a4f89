/**
 * What a run has found, told four ways. One {@link org.amalgam.report.RunReport} (immutable, pure data) becomes JSON
 * ({@link org.amalgam.report.JsonReport}), lines for the terminal ({@link org.amalgam.report.ConsoleTable}), one
 * self-contained page ({@link org.amalgam.report.HtmlReport}) and a model card ({@link org.amalgam.report.ModelCard});
 * scalars go to TensorBoard while a run is under way ({@link org.amalgam.report.TensorBoardWriter}).
 *
 * <p>The package knows no tensor, no method and no model: whoever runs a method hands it numbers and names.
 */
package org.amalgam.report;
