/** {@code connectome experiment}: the commands that train, compare, show and choose. */
@NullMarked
package dev.connectome.experiments;

import org.jspecify.annotations.NullMarked;
