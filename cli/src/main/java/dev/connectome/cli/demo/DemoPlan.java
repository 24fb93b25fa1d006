package dev.connectome.cli.demo;

import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;

/**
 * What a demonstration trains: small networks of different widths and seeds, each once under the
 * default policy and once to the end of its budget.
 *
 * @param prefix of the runs' names
 * @param runs how many networks
 * @param epochs the budget of each
 */
record DemoPlan(String prefix, int runs, int epochs) {
  /** The label of all runs of demonstrations. */
  static final String LABEL = "demo";

  private static final int TRAIN_SAMPLES = 6_000;
  private static final List<List<Integer>> FIRST_WIDTHS =
      List.of(List.of(128, 64), List.of(96, 48), List.of(160, 80));

  String name(int index) {
    return prefix + (index + 1);
  }

  String referenceName(int index) {
    return name(index) + "-reference";
  }

  /** A run under the default policy, which keeps averaged weights. */
  TrainingRun watched(int index) {
    return definition(index).build();
  }

  /** The same training under a policy that never stops it, with weights of the same kind kept. */
  TrainingRun reference(int index) {
    TrainingRun.Builder run =
        definition(index)
            .setPolicy(StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()));
    run.getSpecBuilder().setKeep(KeptWeights.KEPT_WEIGHTS_AVERAGE);
    return run.build();
  }

  private TrainingRun.Builder definition(int index) {
    return TrainingRun.newBuilder().putLabels(LABEL, "true").setSpec(spec(index));
  }

  static List<Integer> widths(int index) {
    if (index < FIRST_WIDTHS.size()) {
      return FIRST_WIDTHS.get(index);
    }
    int second = 32 + 16 * (index % 8);
    return List.of(2 * second, second);
  }

  private TrainingSpec spec(int index) {
    return TrainingSpec.newBuilder()
        .setModel(ModelSpec.newBuilder().setName("mlp").addAllHiddenWidths(widths(index)))
        .setData(DataSpec.newBuilder().setTrainSamples(TRAIN_SAMPLES))
        .setEpochs(epochs)
        .setSeed(index + 1)
        .setTestEveryEpochs(1)
        .build();
  }
}
