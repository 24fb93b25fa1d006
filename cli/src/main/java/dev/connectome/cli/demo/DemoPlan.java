package dev.connectome.cli.demo;

import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;

/**
 * What a demonstration trains: small networks of different widths and seeds, each once watched and
 * once to the end of its budget.
 */
final class DemoPlan {
  private static final int TRAIN_SAMPLES = 6_000;
  private static final List<List<Integer>> FIRST_WIDTHS =
      List.of(List.of(128, 64), List.of(96, 48), List.of(160, 80));

  private DemoPlan() {}

  static String name(int index) {
    return "demo-" + (index + 1);
  }

  static String referenceName(int index) {
    return name(index) + "-reference";
  }

  /** A run under the default policy. */
  static TrainingRun watched(int index, int epochs) {
    return TrainingRun.newBuilder().setSpec(spec(index, epochs)).build();
  }

  /** The same training under a policy that never stops it. */
  static TrainingRun reference(int index, int epochs) {
    return TrainingRun.newBuilder()
        .setSpec(spec(index, epochs))
        .setPolicy(StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()))
        .build();
  }

  static List<Integer> widths(int index) {
    if (index < FIRST_WIDTHS.size()) {
      return FIRST_WIDTHS.get(index);
    }
    int second = 32 + 16 * (index % 8);
    return List.of(2 * second, second);
  }

  private static TrainingSpec spec(int index, int epochs) {
    return TrainingSpec.newBuilder()
        .setModel(ModelSpec.newBuilder().setName("mlp").addAllHiddenWidths(widths(index)))
        .setData(DataSpec.newBuilder().setTrainSamples(TRAIN_SAMPLES))
        .setEpochs(epochs)
        .setSeed(index + 1)
        .build();
  }
}
