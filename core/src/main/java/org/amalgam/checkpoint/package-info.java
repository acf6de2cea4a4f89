/**
 * Model files and folders without native code: safetensors, shards, PyTorch archives and NumPy arrays are mapped and validated
 * before a value is read, and everything written appears under its name only when it is complete.
 */
package org.amalgam.checkpoint;
