/**
 * Many objectives at once (Navon et al., Learning the Pareto front with hypernetworks, ICLR 2021; Tang et al., PWEMoE, 2024):
 * preferences on the simplex, routers that read them, the search for exact Pareto optimality, and measures of a front.
 */
package org.amalgam.pareto;
