/**
 * Decides, record by record, what happens to the snapshots of a run. Pure: uses only the JDK, reads
 * no clock and stores nothing.
 */
@NullMarked
package dev.connectome.signature.assembly;

import org.jspecify.annotations.NullMarked;
