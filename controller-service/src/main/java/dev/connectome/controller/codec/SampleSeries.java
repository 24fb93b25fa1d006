package dev.connectome.controller.codec;

/** The series of the sample graph, and why a run may not have them. */
public final class SampleSeries {

  static final String NEIGHBOUR_DISAGREEMENT = "neighbourDisagreement";
  static final String TREE_DISAGREEMENT = "treeDisagreement";
  static final String NEIGHBOUR_TURNOVER = "neighbourTurnover";
  static final String PREDICTED_CLASS_CONCENTRATION = "predictedClassConcentration";

  private SampleSeries() {}

  /** Whether a series is computed from predicted classes. */
  public static boolean needsClasses(String series) {
    return switch (series) {
      case NEIGHBOUR_DISAGREEMENT, TREE_DISAGREEMENT, PREDICTED_CLASS_CONCENTRATION -> true;
      default -> false;
    };
  }

  /** What to do about any series without values, for people. */
  public static String remedy(String series) {
    return switch (series) {
      case NEIGHBOUR_DISAGREEMENT, TREE_DISAGREEMENT, PREDICTED_CLASS_CONCENTRATION ->
          "the trainer does not publish predicted classes, or probes fewer than 11 or more than"
              + " 10000 inputs; let it publish the class that its network predicts for each input"
              + " of the probe, or choose another monitor, such as "
              + NEIGHBOUR_TURNOVER;
      case NEIGHBOUR_TURNOVER ->
          "the trainer probes fewer than 11 or more than 10000 inputs, or another number in every"
              + " snapshot; let it probe the same inputs every time, or choose another monitor";
      default -> "let the trainer report it, or choose another monitor";
    };
  }
}
