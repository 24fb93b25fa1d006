package dev.connectome.signature.compute;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.NeighbourTable;
import dev.connectome.topology.PredictedClasses;
import dev.connectome.topology.SampleGraph;
import dev.connectome.topology.SignatureWorkspace;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The inputs of a snapshot compared with each other, and with those of the previous one.
 *
 * @param neighbours the nearest others of each input; empty if the inputs were not compared
 */
record SampleComparison(SampleSignals signals, Optional<NeighbourTable> neighbours) {

  /** Nearest others of each input; a snapshot of no more inputs than that is not compared. */
  static final int NEIGHBOURS = 10;

  /** Takes as long as a connectome of as many neurons; a table takes 400 kB. */
  static final int MAX_SAMPLES = 10_000;

  /** The inputs were not compared. */
  static final SampleComparison NONE = new SampleComparison(SampleSignals.NONE, Optional.empty());

  /** Whether a snapshot has a number of inputs that can be compared. */
  static boolean isPossible(int samples) {
    return samples > NEIGHBOURS && samples <= MAX_SAMPLES;
  }

  /**
   * Compares the inputs by their responses in the last columns.
   *
   * @param width how many columns
   * @param classes the predicted class of each input, if known
   * @param previous the neighbours in the previous snapshot, if there is one that has them
   * @throws dev.connectome.topology.NonFiniteActivationException if a response is NaN or infinite
   */
  static SampleComparison of(
      ActivationMatrix activations,
      int width,
      Optional<PredictedClasses> classes,
      Optional<NeighbourTable> previous,
      SignatureWorkspace workspace) {
    SampleGraph graph =
        SampleGraph.of(activations, activations.neurons() - width, width, workspace);
    NeighbourTable neighbours = graph.neighbours(NEIGHBOURS);
    OptionalDouble turnover =
        previous.map(neighbours::turnoverSince).orElseGet(OptionalDouble::empty);
    SampleSignals signals =
        classes
            .map(
                known ->
                    new SampleSignals(
                        known.agreement(neighbours),
                        known.agreement(graph.tree()),
                        turnover,
                        OptionalDouble.of(known.concentration())))
            .orElseGet(
                () ->
                    new SampleSignals(
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        turnover,
                        OptionalDouble.empty()));
    return new SampleComparison(signals, Optional.of(neighbours));
  }
}
