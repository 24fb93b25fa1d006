/** {@code connectome signature}: signatures of activation files, without a platform. */
@NullMarked
package dev.connectome.cli.signature;

import org.jspecify.annotations.NullMarked;
