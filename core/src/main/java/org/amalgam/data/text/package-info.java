/** Texts to token ids. */
package org.amalgam.data.text;
