/** How fast the method is, measured with JMH. */
@NullMarked
package dev.connectome.benchmarks.kernel;

import org.jspecify.annotations.NullMarked;
