package dev.connectome.experiments.grid;

import java.util.List;

/** The data sets of the architecture-limited regime, in their binary versions. */
public enum Cifar {
  CIFAR_10(
      "cifar-10",
      "cifar-10-batches-bin",
      List.of(
          "data_batch_1.bin",
          "data_batch_2.bin",
          "data_batch_3.bin",
          "data_batch_4.bin",
          "data_batch_5.bin",
          "test_batch.bin")),
  CIFAR_100("cifar-100", "cifar-100-binary", List.of("train.bin", "test.bin"));

  private final String title;
  private final String folder;
  private final List<String> files;

  Cifar(String title, String folder, List<String> files) {
    this.title = title;
    this.folder = folder;
    this.files = files;
  }

  /** The name in setting ids. */
  String title() {
    return title;
  }

  /** The folder in the archive of the binary version. */
  public String folder() {
    return folder;
  }

  /** The files of that folder that training reads. */
  List<String> files() {
    return files;
  }
}
