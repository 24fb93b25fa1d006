/**
 * Decides, record by record, what becomes of the activation snapshots of one run. Pure: it imports
 * nothing but the JDK, reads no clock and stores nothing.
 */
@NullMarked
package dev.connectome.signature.assembly;

import org.jspecify.annotations.NullMarked;
