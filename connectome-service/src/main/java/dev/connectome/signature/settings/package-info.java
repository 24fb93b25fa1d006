/** The settings of the service, each with its default. */
@NullMarked
package dev.connectome.signature.settings;

import org.jspecify.annotations.NullMarked;
