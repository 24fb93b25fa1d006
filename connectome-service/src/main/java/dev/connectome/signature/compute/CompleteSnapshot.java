package dev.connectome.signature.compute;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.PredictedClasses;
import java.util.Optional;

/**
 * A snapshot whose rows are all there.
 *
 * @param samples its rows (N)
 * @param neurons its columns (P)
 * @param lastLayer how many of the columns, the last ones, are the last layer's
 * @param rows its rows, not read yet
 */
public record CompleteSnapshot(int samples, int neurons, int lastLayer, Rows rows) {

  /** The rows of a snapshot. */
  public interface Rows {

    /**
     * Fills every row of an N × P matrix.
     *
     * @return the predicted class of every row, if known of all
     */
    Optional<PredictedClasses> readInto(ActivationMatrix matrix);
  }
}
