/** The change-logged state of each run: stores, keys, and the format of their values. */
@NullMarked
package dev.connectome.signature.store;

import org.jspecify.annotations.NullMarked;
