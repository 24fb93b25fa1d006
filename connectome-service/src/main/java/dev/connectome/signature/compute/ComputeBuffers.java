package dev.connectome.signature.compute;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.SignatureWorkspace;
import org.jspecify.annotations.Nullable;

/** The reusable memory of one computation at a time. */
final class ComputeBuffers {

  private final SignatureWorkspace workspace = new SignatureWorkspace();
  private @Nullable ActivationMatrix matrix;

  SignatureWorkspace workspace() {
    return workspace;
  }

  /** A matrix with undefined values. */
  ActivationMatrix matrix(int samples, int neurons) {
    if (matrix != null && matrix.samples() == samples && matrix.neurons() == neurons) {
      return matrix;
    }
    if (matrix != null) {
      matrix.close();
    }
    ActivationMatrix allocated = ActivationMatrix.allocate(samples, neurons);
    matrix = allocated;
    return allocated;
  }
}
