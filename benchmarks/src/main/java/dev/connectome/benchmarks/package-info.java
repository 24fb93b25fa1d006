/** How fast the method is, measured with JMH. */
@NullMarked
package dev.connectome.benchmarks;

import org.jspecify.annotations.NullMarked;
