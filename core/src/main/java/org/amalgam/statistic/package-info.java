/**
 * What models say of training samples, as data: Fisher information and Gram matrices, how they are taken, and the files in
 * which they are shared.
 */
package org.amalgam.statistic;
