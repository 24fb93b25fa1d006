/** The topics of the platform: what they must be like, and making them so. */
@NullMarked
package dev.connectome.signature.topics;

import org.jspecify.annotations.NullMarked;
