/**
 * Networks whose weights depend on their input: a router weighs experts, which are task vectors held densely, sparsely or at low
 * rank. WEMoE (Tang et al., ICML 2024), E-WEMoE and SMILE are made of these parts.
 */
package org.amalgam.mixture;
