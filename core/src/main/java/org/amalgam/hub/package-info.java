/**
 * Repositories of a hub that speaks Hugging Face's protocol, fetched into the cache that huggingface_hub keeps: what Python has
 * downloaded is found here, and the other way round.
 */
package org.amalgam.hub;
