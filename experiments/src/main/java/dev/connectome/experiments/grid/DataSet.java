package dev.connectome.experiments.grid;

import java.util.List;

/** The data sets of the experiments, each with the hidden widths that the method's authors used. */
public enum DataSet {
  MNIST("mnist", List.of(128, 64)),
  FASHION_MNIST("fashion-mnist", List.of(256, 128));

  private final String folder;
  private final List<Integer> widths;

  DataSet(String folder, List<Integer> widths) {
    this.folder = folder;
    this.widths = widths;
  }

  /** What its folder is called. */
  String folder() {
    return folder;
  }

  /** Neurons of each hidden layer. */
  List<Integer> widths() {
    return widths;
  }
}
