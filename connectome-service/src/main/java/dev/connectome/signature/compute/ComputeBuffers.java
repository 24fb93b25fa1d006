package dev.connectome.signature.compute;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.SignatureWorkspace;
import org.jspecify.annotations.Nullable;

/** Memory that one computation at a time uses, kept for the next one. */
final class ComputeBuffers {

  private final SignatureWorkspace workspace = new SignatureWorkspace();
  private @Nullable ActivationMatrix matrix;

  SignatureWorkspace workspace() {
    return workspace;
  }

  /** A matrix whose values are whatever they were before. */
  ActivationMatrix matrix(int samples, int neurons) {
    if (matrix != null && matrix.samples() == samples && matrix.neurons() == neurons) {
      return matrix;
    }
    if (matrix != null) {
      matrix.close();
    }
    ActivationMatrix fresh = ActivationMatrix.allocate(samples, neurons);
    matrix = fresh;
    return fresh;
  }
}
