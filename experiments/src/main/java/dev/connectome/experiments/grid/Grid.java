package dev.connectome.experiments.grid;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The settings of the data-limited regime. */
public enum Grid {
  /** A part that trains in minutes: both data sets and optimisers, with 0 or 40 % noise. */
  QUICK(EnumSet.of(Variant.BASE), List.of(0, 40)),
  /** The published regime. */
  PAPER(EnumSet.of(Variant.BASE), List.of(0, 10, 20, 40)),
  /** The published regime, and each of eight variants of it with 0 and 40 % noise. */
  EXTENDED(EnumSet.range(Variant.BASE, Variant.COSINE), List.of(0, 10, 20, 40)),
  /** What makes a training loss mislead, and a small convolutional network, with 0 and 40 %. */
  WIDE(EnumSet.range(Variant.WARMUP, Variant.LENET), List.of());

  private static final List<Integer> NOISE_OF_VARIANTS = List.of(0, 40);

  private final Set<Variant> variants;
  private final List<Integer> noise;

  Grid(Set<Variant> variants, List<Integer> noise) {
    this.variants = variants;
    this.noise = noise;
  }

  /** The settings, the published ones first. */
  public List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    for (Variant variant : variants) {
      for (DataSet dataSet : DataSet.values()) {
        for (String optimizer : Setting.OPTIMIZERS) {
          for (int percent : variant == Variant.BASE ? noise : NOISE_OF_VARIANTS) {
            settings.add(new DataLimitedSetting(dataSet, optimizer, percent, variant));
          }
        }
      }
    }
    return List.copyOf(settings);
  }
}
