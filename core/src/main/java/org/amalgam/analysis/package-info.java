/**
 * What there is to see in a pool of models before they are merged. An analysis looks at models and tasks and gives figures; what
 * it looks at are merges, computed as the methods compute them.
 */
package org.amalgam.analysis;
