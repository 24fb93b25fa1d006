package dev.connectome.signature.compute;

import java.util.OptionalDouble;

/**
 * The published signals of a snapshot's sample graph; one that cannot be computed is empty.
 *
 * @param neighbourAgreement how far nearest neighbours get one predicted class
 * @param treeAgreement the same for the edges of the minimum spanning tree
 * @param neighbourTurnover the share of neighbours that are new since the previous snapshot
 * @param predictedClassConcentration the agreement that neighbours would have by chance
 */
public record SampleSignals(
    OptionalDouble neighbourAgreement,
    OptionalDouble treeAgreement,
    OptionalDouble neighbourTurnover,
    OptionalDouble predictedClassConcentration) {

  /** No signal could be computed. */
  public static final SampleSignals NONE =
      new SampleSignals(
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty());
}
