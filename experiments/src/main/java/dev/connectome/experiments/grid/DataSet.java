package dev.connectome.experiments.grid;

import java.util.List;

/**
 * The data sets of the data-limited regime, with the hidden widths used by the method's authors.
 */
public enum DataSet {
  MNIST("mnist", List.of(128, 64)),
  FASHION_MNIST("fashion-mnist", List.of(256, 128));

  private final String folder;
  private final List<Integer> widths;

  DataSet(String folder, List<Integer> widths) {
    this.folder = folder;
    this.widths = widths;
  }

  String folder() {
    return folder;
  }

  List<Integer> widths() {
    return widths;
  }
}
