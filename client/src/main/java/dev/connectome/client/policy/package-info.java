/** Policies and the constants of the contracts as people write them. */
@NullMarked
package dev.connectome.client.policy;

import org.jspecify.annotations.NullMarked;
