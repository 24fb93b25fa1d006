/**
 * NumPy's files as bytes: {@code .npy} of activations to be read and of results to be written, and
 * {@code .npz}, an archive of several. Where the bytes are is the caller's affair.
 */
@NullMarked
package dev.connectome.topology.numpy;

import org.jspecify.annotations.NullMarked;
