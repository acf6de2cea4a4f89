/** What goes into a model: images, texts and labelled sets of them, as the reference prepares them, to the last bit or token. */
package org.amalgam.data;
