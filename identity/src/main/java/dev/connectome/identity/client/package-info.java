/** The token that a caller shows. */
@NullMarked
package dev.connectome.identity.client;

import org.jspecify.annotations.NullMarked;
