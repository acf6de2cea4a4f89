/** Encoded images to a vision tower's pixels: decoding and resampling as Pillow does, cropping and normalising as transformers does. */
package org.amalgam.data.image;
