/** {@code connectome bench control}: trainers, their signatures and their stops, measured. */
@NullMarked
package dev.connectome.cli.bench.control;

import org.jspecify.annotations.NullMarked;
